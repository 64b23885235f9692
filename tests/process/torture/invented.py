"""Invents diagrams: blocks nested at random out of everything a diagram may use."""

import random

FORKS = ("again", "first", "second", "third", "late")
CALLEE = "callee"


def invent(seed: int) -> dict[str, str]:
    """The processes of an invented model: `main`, and what it calls."""
    dice = random.Random(f"invented {seed}")
    inner = _Inventor(dice, CALLEE, depth=seed % 3, calls=False).process()
    return {"main": _Inventor(dice, "main", depth=seed % 4, calls=True).process(), CALLEE: inner}


class _Inventor:
    def __init__(self, dice: random.Random, name: str, *, depth: int, calls: bool) -> None:
        self.dice, self.name, self.depth, self.calls = dice, name, depth, calls
        self.lines: list[str] = []
        self.indent, self.count = 0, 0

    def process(self) -> str:
        """The text of one process."""
        end = self._end()
        first = self._block(self._block(end, self.depth), self.depth)
        self._line(f"start {self._id('s')} -> {first}")
        return "\n".join(self.lines)

    def _id(self, letter: str) -> str:
        self.count += 1
        return f"{self.name[0]}_{letter}{self.count}"

    def _line(self, text: str) -> None:
        self.lines.append("  " * self.indent + text)

    def _end(self) -> str:
        end, kind = self._id("e"), ""
        if self.name == CALLEE and self.dice.random() < 0.2:
            kind = self.dice.choice(["error=broken", "escalation=help", "terminate", "message=over"])
        self._line(f"end {end} {kind}")
        return end

    def _fork(self) -> str:
        return f'{self.dice.choice(FORKS)} = "{self.dice.choice(["yes", "no"])}"'

    def _block(self, after: str, depth: int) -> str:
        """Something that flows on to `after`; returns where it begins."""
        small = [self._user, self._user, self._catch, self._wait, self._decide, self._activity]
        large = [
            self._exclusive,
            self._inclusive,
            self._inclusive,
            self._parallel,
            self._loop,
            self._sequence,
            self._activity,
        ]
        return self.dice.choice(large if depth > 0 else small)(after, depth - 1)

    def _user(self, after: str, depth: int) -> str:
        user = self._id("u")
        self._line(f"user {user}{self._repeat()} -> {after}")
        self._beside(user, after, depth)
        return user

    def _repeat(self) -> str:
        if self.dice.random() > 0.3:
            return ""
        return f" each={self._id('item')} in=items" + self.dice.choice(["", " one_by_one"])

    def _beside(self, activity: str, after: str, depth: int, *, odds: float = 0.3, error: bool = False) -> None:
        """Perhaps boundary events, each going on together with the activity, or ending."""
        events = ["timer=soon", "message=left", "timer=later soft", "signal=go"]
        chosen = [event for event in events if self.dice.random() < odds / 2]
        chosen += ["error=broken"] if error else []
        chosen += ["escalation=help"] if error and self.dice.random() < 0.5 else []
        for event in chosen:
            on = after if self.dice.random() < 0.7 else self._end()
            target = self._block(on, -1) if self.dice.random() < 0.5 and depth > -2 else on
            self._line(f"boundary {self._id('b')} on={activity} {event} -> {target}")

    def _catch(self, after: str, depth: int) -> str:
        catch = self._id("c")
        self._line(f"catch {catch} {self.dice.choice(['timer=soon', 'message=answer'])} -> {after}")
        return catch

    def _wait(self, after: str, depth: int) -> str:
        wait, arms = self._id("w"), []
        for event in ("timer=soon", "message=answer", "message=refusal"):
            arm = self._id("a")
            arms.append(arm)
            self._line(f"catch {arm} {event} -> {self._block(after, -1) if self.dice.random() < 0.3 else after}")
        self._line(f"wait {wait} -> {' | '.join(arms)}")
        return wait

    def _decide(self, after: str, depth: int) -> str:
        user, decide, throw = self._id("u"), self._id("d"), self._id("t")
        self._line(f"user {user} -> {decide}")
        self._line(f"decide {decide} decision=rate result=level -> {throw}")
        self._line(f"throw {throw} {self.dice.choice(['signal=go', 'message=told', 'escalation=help'])} -> {after}")
        return user

    def _activity(self, after: str, depth: int) -> str:
        if self.calls and self.dice.random() < 0.6:
            call = self._id("k")
            self._line(f"call {call} calls={CALLEE}{self._repeat()} -> {after}")
            self._beside(call, after, depth, odds=0.6, error=True)
            return call
        sub = self._id("x")
        self._line(f"sub {sub}{self._repeat()} -> {after}")
        self.indent += 1
        self._line(f"start {self._id('s')} -> {self._block(self._end(), depth)}")
        self.indent -= 1
        self._beside(sub, after, depth, odds=0.6, error=self.name == CALLEE)
        return sub

    def _sequence(self, after: str, depth: int) -> str:
        return self._block(self._block(after, depth), depth)

    def _exclusive(self, after: str, depth: int) -> str:
        split, merge = self._id("g"), self._id("m")
        self._line(f"xor {merge} -> {after}")
        ways = [f"{self._block(merge, depth)} if {self._fork()}", self._block(merge, depth)]
        self._line(f"xor {split} -> {' | '.join(ways)}")
        return split

    def _inclusive(self, after: str, depth: int) -> str:
        split, join = self._id("g"), self._id("j")
        self._line(f"or {join} -> {after}")
        ways = [f"{self._block(join, depth)} if {self._fork()}" for _ in range(self.dice.randint(1, 3))]
        ways.append(join if self.dice.random() < 0.4 else self._block(join, depth))
        self._line(f"or {split} -> {' | '.join(ways)}")
        return split

    def _parallel(self, after: str, depth: int) -> str:
        merge, split, join = self._id("m"), self._id("g"), self._id("j")
        self._line(f"{self.dice.choice(['and', 'or'])} {join} -> {after}")
        self._line(f"and {split} -> {self._block(join, depth)} | {self._block(join, depth)}")
        self._line(f"xor {merge} -> {split}")
        return merge

    def _loop(self, after: str, depth: int) -> str:
        merge, back, user = self._id("m"), self._id("g"), self._id("u")
        self._line(f"xor {merge} -> {user}")
        self._line(f"xor {back} -> {merge} if {self._fork()} | {after}")
        self._line(f"user {user} -> {self._block(back, depth)}")
        return merge
