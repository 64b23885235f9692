"""Small models that hurt: everything a diagram may use, nested in ways that have broken interpreters before.

`MODELS` holds, for each model, its processes; the first is where it starts.
"""

WORKER = """
start {0}_s -> {0}_do
user {0}_do -> {0}_g
xor {0}_g -> {0}_do if again = "yes" | {0}_e
end {0}_e
"""
ITEM_WORKER = WORKER.replace("user {0}_do", "user {0}_do nrm:service==item nrm:urgent==hurry")

MODELS: dict[str, dict[str, str]] = {
    "parallel_items": {
        "main": """
            start s -> mi
            call mi calls=worker each=item in=items give=item:item give=hurry:true -> after
            user after -> g
            xor g -> mi if first = "yes" | e
            end e
        """,
        "worker": ITEM_WORKER.format("w"),
    },
    "items_one_by_one": {
        "main": """
            start s -> mi
            call mi calls=worker each=item in=items one_by_one give=item:item give=hurry:false -> tasks
            user tasks each=item in=items one_by_one -> many
            user many each=item in=items -> e
            end e
        """,
        "worker": ITEM_WORKER.format("w"),
    },
    "loop": {
        "main": """
            start s -> merge
            xor merge -> work
            user work -> g
            xor g -> merge if again = "yes" | c
            call c calls=worker -> h
            xor h -> merge if first = "yes" | e
            end e
        """,
        "worker": WORKER.format("w"),
    },
    "boundary_timers": {
        "main": """
            start s -> a
            user a -> c
            boundary ta on=a timer=soon -> late_a
            user late_a -> c
            call c calls=outer -> e
            boundary tc on=c timer=later -> late_c
            user late_c -> g
            xor g -> c if again = "yes" | e
            end e
        """,
        "outer": """
            start o_s -> o_c
            call o_c calls=worker -> o_u
            boundary o_t on=o_c timer=soon -> o_u
            user o_u -> o_e
            end o_e
        """,
        "worker": WORKER.format("w"),
    },
    "messages": {
        "main": """
            start s -> life
            sub life -> after
                start l_s -> l_split
                or l_split -> l_c if first = "yes" | l_m if second = "yes" | l_u
                call l_c calls=outer -> l_join
                call l_m calls=worker each=item in=items -> l_join
                user l_u -> l_join
                or l_join -> l_again
                xor l_again -> l_split if again = "yes" | l_e
                end l_e
            boundary died on=life message=died -> tidy
            user tidy -> e
            user after -> e
            end e
        """,
        "outer": """
            start o_s -> o_sub
            sub o_sub -> o_e
                start os_s -> os_c
                call os_c calls=worker -> os_e
                end os_e
            boundary o_left on=o_sub message=left -> o_u
            user o_u -> o_e
            end o_e
        """,
        "worker": WORKER.format("w").replace("w_do -> w_g", "w_do -> w_g\nboundary w_t on=w_do timer=soon -> w_g"),
    },
    "inclusive_nested": {
        "main": """
            start s -> split
            or split -> a if first = "yes" | inner if second = "yes" | join if third = "yes" | z
            user a -> a_g
            xor a_g -> a if again = "yes" | join
            or inner -> x if late = "yes" | c if first = "yes" | y
            user x -> inner_join
            call c calls=worker -> inner_join
            user y -> y_g
            xor y_g -> y if again = "yes" | inner_join
            or inner_join -> n
            user n -> join
            user z -> join
            or join -> last
            user last -> g
            xor g -> split if again = "yes" | e
            end e
        """,
        "worker": WORKER.format("w"),
    },
    "branch_interrupted": {
        "main": """
            start s -> split
            or split -> a if first = "yes" | b if second = "yes" | c
            call a calls=worker -> join
            boundary a_t on=a timer=soon -> a_gone
            end a_gone
            user b -> join
            boundary b_m on=b message=left -> b_u
            user b_u -> join
            call c calls=worker each=item in=items -> join
            boundary c_t on=c timer=later -> c_gone
            end c_gone
            or join -> last
            user last -> e
            end e
        """,
        "worker": WORKER.format("w"),
    },
    "parallel": {
        "main": """
            start s -> merge
            xor merge -> fork
            and fork -> a | b | c
            user a -> a_g
            xor a_g -> a if first = "yes" | join
            call b calls=worker -> join
            and c -> c1 | c2
            user c1 -> c_join
            user c2 -> c_join
            and c_join -> join
            and join -> last
            user last -> g
            xor g -> merge if again = "yes" | e
            end e
        """,
        "worker": WORKER.format("w"),
    },
    "terminate": {
        "main": """
            start s -> fork
            and fork -> c | b
            call c calls=stops -> g
            xor g -> fork2 if first = "yes" | e
            and fork2 -> u | stop_g
            user u -> e
            user stop_g -> stop
            end stop terminate
            user b -> b_e
            end b_e
            end e nrm:outcome=partly_done
        """,
        "stops": """
            start x_s -> x_f
            and x_f -> x_a | x_b | x_c
            user x_a -> x_g
            xor x_g -> x_stop if again = "yes" | x_e
            end x_stop terminate nrm:outcome=failed
            call x_b calls=worker each=item in=items -> x_e
            sub x_c -> x_e
                start xc_s -> xc_u
                user xc_u -> xc_e
                end xc_e
            end x_e
        """,
        "worker": WORKER.format("w"),
    },
    "errors": {
        "main": """
            start s -> c
            call c calls=fails each=item in=items -> d
            boundary c_err on=c error=broken -> mend
            user mend -> c_g
            xor c_g -> c if again = "yes" | d
            call d calls=outer -> e
            boundary d_any on=d error=broken -> d_u
            boundary d_esc on=d escalation=help -> d_e
            user d_u -> e
            user d_e -> e
            end e
        """,
        "outer": """
            start o_s -> o_sub
            sub o_sub -> o_e
                start oo_s -> oo_c
                call oo_c calls=fails -> oo_e
                end oo_e
            boundary o_soft on=o_sub escalation=help soft -> o_u
            user o_u -> o_e
            end o_e
        """,
        "fails": """
            start f_s -> f_f
            and f_f -> f_u | f_v
            user f_u -> f_g
            xor f_g -> f_bad if first = "yes" | f_t if second = "yes" | f_ok
            throw f_t escalation=help -> f_ok
            end f_bad error=broken nrm:outcome=failed
            end f_ok
            user f_v -> f_x
            xor f_x -> f_worse if third = "yes" | f_fine
            end f_worse escalation=help
            end f_fine
        """,
    },
    "waiting": {
        "main": """
            start s -> merge
            xor merge -> wait
            wait wait -> t | m | r
            catch t timer=soon -> u
            catch m message=answer -> g
            receive r message=refusal -> e
            user u -> merge
            xor g -> c if first = "yes" | e
            catch c timer=later -> fork
            and fork -> k | v
            catch k message=answer -> join
            call v calls=waits -> join
            and join -> merge
            end e
        """,
        "waits": """
            start q_s -> q_w
            wait q_w -> q_t | q_m
            catch q_t timer=soon -> q_e
            catch q_m message=answer -> q_u
            user q_u -> q_e
            end q_e
        """,
    },
    "soft_timers": {
        "main": """
            start s -> split
            or split -> c if first = "yes" | u if second = "yes" | d
            call c calls=worker -> c_g
            boundary c_soft on=c timer=soon soft -> remind
            boundary c_hard on=c timer=later -> over
            xor c_g -> c if again = "yes" | join
            user remind -> join
            user over -> join
            user u -> u_g
            boundary u_soft on=u timer=soon soft -> u_remind
            user u_remind -> join
            xor u_g -> u if again = "yes" | join
            user d each=item in=items -> join
            boundary d_soft on=d timer=soon soft -> d_e
            end d_e
            boundary d_hard on=d message=left -> join
            or join -> last
            user last -> e
            end e
        """,
        "worker": WORKER.format("w"),
    },
    "signals": {
        "main": """
            start s -> fork
            and fork -> a | b
            user a -> rate
            decide rate decision=rate result=level -> g
            xor g -> tell if level = "high" | ask
            throw tell signal=go -> sent
            send sent message=told -> join
            send ask message=asked -> a
            sub b -> join
                start b_s -> b_u
                user b_u -> b_w
                xor b_w -> b_e
                end b_e
            boundary b_go on=b signal=go -> b_after
            user b_after -> join
            or join -> e
            end e message=over
        """,
    },
    "stages": {
        "main": """
            start s -> intake
            user intake -> owed
            or owed -> safe if first = "yes" | urgent if count(items) > 0 | identify if true | all
            call safe calls=worker -> all
            call urgent calls=worker each=item in=items -> all
            call identify calls=worker -> sure
            xor sure -> plan if second = "yes" | other
            user other -> m
            user plan -> agreed
            or agreed -> p_a if first = "yes" | p_b if third = "yes" | p_c if count(items) > 1 | p_d
            call p_a calls=worker -> p_all
            call p_b calls=rests -> p_all
            call p_c calls=worker each=item in=items -> p_all
            call p_d calls=rests -> p_back
            xor p_back -> p_home if late = "yes" | p_all
            call p_home calls=worker -> p_all
            or p_all -> m
            xor m -> all
            or all -> close_m
            xor close_m -> propose
            user propose -> approve
            user approve -> approved
            xor approved -> e if again = "no" | close_m
            end e
        """,
        "worker": WORKER.format("w"),
        "rests": """
            start r_s -> r_m
            xor r_m -> r_t
            catch r_t timer=later -> r_u
            user r_u -> r_g
            xor r_g -> r_m if again = "yes" | r_e
            end r_e
        """,
    },
}
