"""How fast the engine is, in ratios that mean the same on every machine: `python -m benchmarks`.

A time in milliseconds belongs to one machine on one day, so no test and no promise holds one. What is promised is a
ratio of two things measured in one run, taken in turns (A, B, A, B), so that whatever else the machine does falls
on both:

- **What the engine costs.** A completion over HTTP against a *floor*: a bare FastAPI route over an equal database
  that writes the very same rows (same tables, same bytes, one transaction), with no engine and no check. Beside it
  stand the SQL statements and the write transactions of one completion, which are counted, not timed. BEGIN and
  COMMIT are not counted as statements. Fifteen statements are promised where the next task stays with the agency; a
  completion that offers tasks to others reads the directory and writes the offers besides, and is told below.
- **Whether it stays so.** The 300th completion in a case that goes round in a loop against the 3rd: state, history
  and record of a case grow, the cost of a step must not.
- **Whether it still does so in a whole country.** The worklist and the page of a case where there are 100,000
  cases against 1,000. The other cases are clones of cases that were really played: ids are new, dates are
  spread over years, sealed values are copied as they are, since nobody opens them. Of their record three entries
  are kept. Nine in ten are closed and burden the history of the very agencies that are measured; one in ten is
  open at other desks. What the measured pages show is the same in both databases.

The median is compared, never the mean. Below the ratios stand plain figures (acts per second, milliseconds of the
interpreter alone, bytes of a state): to look at, not promised.

`world` prepares databases, `serving` runs a server in a process of its own and counts what it sends to the
database, `floor` is the bare route, `cloning` fills a database; `completion`, `rounds`, `volume` and `figures` are the
measurements; `measuring` is the ratio and its table.
"""
