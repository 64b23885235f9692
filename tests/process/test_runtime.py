"""What happens when a process goes on: who is asked, what is waited for, what ends, and what is never touched."""

import pytest

from engine.process import runtime
from engine.process.elements import Outcome
from engine.process.runtime import NotOpen, NullResult, ProcessError, Stalled
from tests.process.torture.bundles import model, sketch
from tests.process.torture.case import Case
from tests.process.torture.models import ITEM_WORKER

pytestmark = pytest.mark.once


def test_a_user_task_tells_what_the_diagram_says() -> None:
    case = Case(model("parallel_items"), items=["red"])
    (task,) = case.step.opened
    assert (task.element, task.lane, task.name, task.due) == ("w_do", "worker", "w_do", "soon")
    assert (task.service, task.urgent, task.inputs) == ("red", True, {"item": "red", "hurry": True})
    assert task.accept is task.moves is task.purpose is None
    assert not task.place


def test_each_item_is_a_scope_of_its_own_and_nothing_leaks() -> None:
    case = Case(model("parallel_items"))
    opened = case.step.opened
    assert {task.inputs["item"] for task in opened} == {"red", "green"}
    assert len({task.scope for task in opened}) == 2
    scopes = {scope.scope: scope for scope in case.step.scopes_opened}
    assert scopes[""].parent is None
    assert all(scopes[task.scope].element == "mi" and scopes[task.scope].parent == "" for task in opened)
    case.do("w_do")
    (after,) = case.do("w_do").opened
    assert (after.element, after.inputs, after.scope) == ("after", {}, "")
    assert [ended.outcome for ended in case.step.scopes_ended] == [Outcome.DONE]


def test_items_one_by_one_follow_each_other_and_keep_their_order() -> None:
    case = Case(model("items_one_by_one"), items=["blue", "red", "green"])
    seen = []
    for _ in range(3):
        seen += [task.inputs["item"] for task in case.step.opened]
        assert case.open() == ["w_do"]
        case.do("w_do", items=[])
    assert seen == ["blue", "red", "green"]


def test_no_items_is_no_work() -> None:
    assert Case(model("items_one_by_one"), items=[]).step.finished


def test_a_timer_on_a_call_ends_everything_inside() -> None:
    case = Case(model("boundary_timers"))
    assert case.open() == ["a", "ta"]
    step = case.do("a")
    assert len(step.disarmed) == 1
    assert case.open() == ["o_t", "tc", "w_do"]
    step = case.do("tc")
    assert len(step.closed) == 1
    assert len(step.disarmed) == 1
    assert case.open() == ["late_c"]
    assert {(end.process, end.end_event, end.outcome) for end in step.scopes_ended} == {
        ("outer", None, Outcome.INTERRUPTED),
        ("worker", None, Outcome.INTERRUPTED),
    }


def test_a_timer_on_repeated_calls_ends_them_all() -> None:
    case = Case(model("branch_interrupted"))
    assert case.open() == ["c_t", "w_do", "w_do"]
    step = case.do("c_t")
    assert len(step.closed) == 2
    assert step.finished
    assert step.end_event == "c_gone"
    assert [end.outcome for end in step.scopes_ended] == [Outcome.INTERRUPTED, Outcome.INTERRUPTED, Outcome.DONE]


def test_a_message_ends_a_stage_with_calls_inside_calls() -> None:
    case = Case(model("messages"), first="yes", second="yes")
    assert case.open() == ["died", "o_left", "w_do", "w_do", "w_do", "w_t", "w_t", "w_t"]
    step = case.do("died")
    assert case.open() == ["tidy"]
    assert (len(step.closed), len(step.disarmed), len(step.uncaught)) == (3, 3, 1)


def test_a_message_inside_ends_only_its_own_activity() -> None:
    case = Case(model("messages"), first="yes", second="no")
    case.do("o_left")
    assert case.open() == ["died", "o_u"]


def test_an_inclusive_join_waits_for_what_can_still_come_and_for_nothing_else() -> None:
    case = Case(model("inclusive_nested"), first="yes", second="yes", third="yes", late="yes")
    assert case.open() == ["a", "w_do", "x"]
    case.do("x")
    case.do("a", again="yes")
    case.do("a", again="no")
    assert case.open() == ["w_do"]
    case.do("w_do")
    case.do("n")
    case.do("last", again="yes", first="no", second="no", third="no")
    assert case.open() == ["z"], "the second round counts no token of the first"
    case.do("z")
    assert case.open() == ["last"]


def test_a_branch_that_ends_elsewhere_does_not_hold_the_join() -> None:
    case = Case(model("branch_interrupted"), first="yes", second="yes")
    case.do("b")
    assert case.open() == ["a_t", "w_do"]
    case.do("a_t")
    assert case.open() == ["last"]


def test_a_parallel_join_that_can_never_be_reached_is_refused_when_it_happens() -> None:
    bundle = sketch(
        main="""
        start s -> fork
        and fork -> a | b
        user a -> join
        boundary t on=a timer=soon -> gone
        end gone
        user b -> join
        and join -> e
        end e
        """
    )
    case = Case(bundle)
    case.do("b")
    with pytest.raises(Stalled):
        case.do("t")
    assert case.open() == ["a", "t"]


def test_terminating_a_called_process_ends_it_and_nothing_else() -> None:
    case = Case(model("terminate"))
    assert case.open() == ["b", "w_do", "w_do", "x_a", "xc_u"]
    step = case.do("x_a", again="yes")
    assert len(step.closed) == 3
    ends = [(end.process, end.end_event, end.outcome) for end in step.scopes_ended]
    assert ("stops", "x_stop", Outcome.FAILED) in ends
    assert case.open() == ["b"]
    step = case.do("b")
    assert (step.finished, step.scopes_ended[-1].outcome) == (True, Outcome.DONE)


def test_a_step_tells_whose_participations_its_scope_takes_over() -> None:
    bundle = sketch(
        main="start s -> fork\nand fork -> a | b\ncall a calls=inner nrm:participations=inherit -> join\n"
        "call b calls=inner -> join\nand join -> e\nend e",
        inner="start i_s -> i_c\ncall i_c calls=leaf nrm:participations=inherit -> i_u\nuser i_u -> i_e\nend i_e",
        leaf="start l_s -> l_u\nuser l_u -> l_e\nend l_e",
    )
    case = Case(bundle)
    parents = {scope.scope: (scope.parent, scope.element) for scope in case.step.scopes_opened}
    above = {parents[parents[task.scope][0] or ""][1]: task.inherits for task in case.step.opened}
    inner = {element: scope for scope, (_, element) in parents.items()}
    assert above == {"a": (inner["a"], ""), "b": (inner["b"],)}, "the nearest first, as far as the calls say so"


def test_a_token_that_waits_at_a_join_does_not_come_again_to_what_its_gateway_led_to() -> None:
    bundle = sketch(
        main="""
        start s -> g
        or g -> a if again = "no" | b if again = "no" | j if again = "no"
        user a -> j
        user b -> j
        or j -> e
        end e
        """
    )
    case = Case(bundle)
    done = case.do("a")
    again = runtime.reopen(bundle, "main", "i", done.state, done.facts, "", "a")
    assert [task.element for task in again.opened] == ["a"] and not again.closed
    case.step = again
    case.do("b")
    assert not case.step.finished and case.open() == ["a"]
    assert case.do("a").finished


def test_an_error_interrupts_its_own_caller_only() -> None:
    bundle = sketch(
        main="""
        start s -> fork
        and fork -> a | b
        call a calls=fails -> join
        boundary a_bad on=a error=broken -> a_mend
        user a_mend -> join
        call b calls=fails -> join
        boundary b_bad on=b error=broken -> b_mend
        user b_mend -> join
        or join -> e
        end e
        """,
        fails="""
        start f_s -> f_fork
        and f_fork -> f_u | f_other
        user f_u -> f_bad
        user f_other -> f_e
        end f_bad error=broken nrm:outcome=failed
        end f_e
        """,
    )
    case = Case(bundle)
    step = case.do("f_u", nth=1)
    assert case.open() == ["b_mend", "f_other", "f_u"]
    assert [(end.end_event, end.outcome) for end in step.scopes_ended] == [("f_bad", Outcome.FAILED)]


def test_an_error_nobody_takes_changes_nothing_and_an_escalation_goes_on() -> None:
    bundle = sketch(
        main="start s -> c\ncall c calls=tells -> e\nend e",
        tells="""
        start t_s -> t_u
        user t_u -> t_x
        throw t_x escalation=help -> t_v
        user t_v -> t_bad
        end t_bad error=broken
        """,
    )
    case = Case(bundle)
    case.do("t_u")
    with pytest.raises(ProcessError, match="boundary event"):
        case.do("t_v")
    assert case.open() == ["t_v"]


def test_the_first_of_several_events_disarms_the_others() -> None:
    case = Case(model("waiting"))
    assert case.open() == ["m", "r", "t"]
    assert {catch.message for catch in case.step.catching} == {"answer", "refusal"}
    assert [timer.clock for timer in case.step.armed] == ["soon"]
    step = case.do("m", first="yes")
    assert (len(step.disarmed), len(step.uncaught)) == (1, 1)
    assert [(timer.element, timer.clock) for timer in step.armed] == [("c", "later")]


def test_unknown_is_a_fault_and_never_the_default() -> None:
    bundle = sketch(main='start s -> u\nuser u -> g\nxor g -> u if day > @"2020-01-01" | e\nend e')
    case = Case(bundle)
    before = case.step
    with pytest.raises(NullResult, match="not known"):
        case.do("u")
    assert case.step is before
    assert not case.do("u", day="2021-01-01").finished
    assert case.do("u", day="2019-01-01").finished


def test_a_called_process_that_is_left_early_ends_and_the_path_goes_on() -> None:
    case = Case(model("parallel_items"))
    scopes = {task.inputs["item"]: task.scope for task in case.step.opened}
    leave = (case.bundle, "main", "i", case.step.state, case.step.facts)
    step = runtime.leave(*leave, scopes["red"])
    assert (len(step.closed), step.opened) == (1, [])
    assert [(end.scope, end.end_event, end.outcome) for end in step.scopes_ended] == [
        (scopes["red"], None, Outcome.INTERRUPTED)
    ]
    step = runtime.leave(case.bundle, "main", "i", step.state, step.facts, scopes["green"])
    assert [task.element for task in step.opened] == ["after"]
    with pytest.raises(NotOpen):
        runtime.leave(case.bundle, "main", "i", step.state, step.facts, scopes["green"])
    with pytest.raises(NotOpen):
        runtime.leave(*leave, "")


def test_a_decision_sets_facts_and_says_why() -> None:
    case = Case(model("signals"), first="yes")
    given = dict(case.step.facts)
    step = case.do("a")
    (made,) = step.decisions
    assert (made.element, made.decision, made.outputs, made.rules) == ("rate", "rate", {"level": "high"}, ["r1"])
    assert step.facts == given | {"level": "high"}
    assert case.steps[0].facts == given


def test_a_signal_reaches_whoever_waits_and_an_end_event_sends() -> None:
    case = Case(model("signals"), first="yes")
    step = case.do("a")
    assert [(sent.name, sent.element) for sent in step.sent] == [("told", "sent")]
    assert case.open() == ["b_after"]
    assert [sent.name for sent in case.do("b_after").sent] == ["over"]


def test_a_message_start_is_known_and_begun_by_us() -> None:
    bundle = sketch(
        main="start s -> x\nsend x message=grown -> e\nend e",
        beside="start b_s message=grown -> b_u\nuser b_u -> b_e\nend b_e",
    )
    step = runtime.start(bundle, "main", "i", {})
    (process,) = bundle.started_by(step.sent[0].name)
    assert Case(bundle, process.id).open() == ["b_u"]


def test_what_is_not_open_is_refused() -> None:
    case = Case(model("loop"))
    (task,) = case.step.opened
    state = case.step.state
    case.do("work", again="yes")
    for id in (task.id, "nothing", "0" * 32):
        with pytest.raises(NotOpen):
            runtime.complete(case.bundle, "main", "i", case.step.state, case.step.facts, id)
    with pytest.raises(NotOpen):
        runtime.fire(case.bundle, "main", "i", state, case.step.facts, task.id)


def test_a_circle_without_people_is_stopped() -> None:
    bundle = sketch(main='start s -> g\nxor g -> h | e if again = "no"\nxor h -> g\nend e')
    with pytest.raises(ProcessError, match="circle"):
        runtime.start(bundle, "main", "i", bundle.initial_facts() | {"again": "yes"})


def test_inputs_must_be_those_that_callers_give() -> None:
    bundle = sketch(
        main="start s -> c\ncall c calls=worker give=item:first give=hurry:true -> e\nend e",
        worker=ITEM_WORKER.format("w"),
    )
    with pytest.raises(ProcessError, match="item"):
        runtime.start(bundle, "worker", "i", {})
    step = runtime.start(bundle, "worker", "i", {}, {"item": "red", "hurry": False})
    assert step.opened[0].service == "red"
    with pytest.raises(ProcessError, match="no process"):
        runtime.start(bundle, "none", "i", {})


def test_a_date_given_to_a_scope_stays_a_date() -> None:
    bundle = sketch(
        main="start s -> c\ncall c calls=asks give=since:day -> e\nend e",
        asks='start a_s -> a_u\nuser a_u -> a_g\nxor a_g -> a_u if since > @"2020-01-01" | a_e\nend a_e',
    )
    case = Case(bundle, day="2021-01-01")
    assert case.step.opened[0].inputs == {"since": "2021-01-01"}
    assert not case.do("a_u", day="2019-01-01").finished
