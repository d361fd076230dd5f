import Grex.Scheduler.Replay
import Grex.Scheduler.Examples
import Grex.Statements
