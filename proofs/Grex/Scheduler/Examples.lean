import Grex.Scheduler.Replay

/-! # The rules allow what they should, and nothing else

Without these, everything above could be true of a protocol that allows nothing. Each refusal differs from
something that is accepted by one event, and names the rule that it is about. -/

set_option autoImplicit false

namespace Grex.Scheduler.Examples

/-- Two permits of lane 1, one of lane 2, one of any other. -/
def permits (lane : Nat) : Nat := if lane = 1 then 2 else 1

/-- Process 1 runs a verb with three units, process 2 another verb with one. -/
def verb : Task := ⟨1, 1, 0⟩
def one : Task := ⟨1, 1, 1⟩
def two : Task := ⟨1, 1, 2⟩
def three : Task := ⟨1, 1, 3⟩
def other : Task := ⟨2, 1, 0⟩
def otherUnit : Task := ⟨2, 1, 1⟩

def home : Lock := workspaceLock 10
def elsewhere : Lock := workspaceLock 11
def permit : Lock := permitLock 1
def otherPermit : Lock := permitLock 2
def pack : Lock := packLock 20
def neighbour : Lock := packLock 21
def startUpFile : Lock := fileLock 30
def manifest : Lock := manifestLock 40

/-! ## Contention -/

/-- A verb takes its workspace, one of its units a permit and then the pack; it writes a file that others write
too; when the unit is done, the verb writes the manifest. -/
def alone : List Event := [
  .take verb home, .request one permit, .grant one permit, .take one pack, .request one startUpFile,
  .grant one startUpFile, .release one startUpFile, .release one pack, .release one permit,
  .take verb manifest, .release verb manifest, .release verb home]
example : leadsTo permits init alone init = true := by decide

/-- The units of two processes, which have the same pack in two workspaces, want it. The second tries in vain,
goes back into the queue with nothing in its hands, and has it later. -/
def contended : List Event := [
  .take verb home, .take other elsewhere, .request one permit, .request otherUnit otherPermit,
  .grant one permit, .take one pack, .grant otherUnit otherPermit, .refuse otherUnit pack,
  .release otherUnit otherPermit, .release one pack, .request otherUnit otherPermit,
  .grant otherUnit otherPermit, .take otherUnit pack]
example : accepts permits contended = true := by decide

/-- Three units and two permits: the third waits for the first to end. -/
def queue : List Event := [
  .take verb home, .request one permit, .request two permit, .request three permit,
  .grant one permit, .grant two permit, .release one permit, .grant three permit]
example : accepts permits queue = true := by decide

/-- Two verbs want one workspace: the second waits, and has it when the first ends. -/
def oneAfterTheOther : List Event := [
  .take verb home, .request other home, .release verb home, .grant other home, .release other home]
example : leadsTo permits init oneAfterTheOther init = true := by decide

/-- `rm` of two packs: it waits for the second with neither in its hands, and takes both. -/
def both : List Event := [
  .take other elsewhere, .take other neighbour, .take verb home, .request verb neighbour,
  .release other neighbour, .grant verb neighbour, .take verb pack]
example : accepts permits both = true := by decide

/-! ## A crash, and recovery -/

/-- A process is killed while a unit has a pack and another stands in the queue. All that it had is free for the
next one. -/
def killed : List Event := [
  .take verb home, .request one permit, .grant one permit, .take one pack, .request two permit,
  .request other home, .crash 1, .grant other home, .request otherUnit otherPermit,
  .grant otherUnit otherPermit, .take otherUnit pack]
example : accepts permits killed = true := by decide
/-- Without the crash, nothing of that is to be had. -/
example : accepts permits [.take verb home, .request other home, .grant other home] = false := by decide

/-! ## What is refused -/

/-- `Step.take`, `room`: two holders of one pack. -/
example : accepts permits [.take one pack, .take otherUnit pack] = false := by decide
/-- `Step.grant`, `room`: two holders of one workspace. -/
example : accepts permits [.take verb home, .request other home, .grant other home] = false := by decide
/-- `cap`: more units than permits. -/
example : accepts permits [.request one permit, .request two permit, .request three permit,
    .grant one permit, .grant two permit, .grant three permit] = false := by decide
/-- `rises`: a wait for a workspace by somebody who has a manifest. -/
example : accepts permits [.take verb manifest, .request verb home] = false := by decide
/-- `rises`: a wait for one pack by somebody who has another. -/
example : accepts permits [.take verb pack, .request verb neighbour] = false := by decide
/-- `rises`: a unit waits for the workspace that its verb has. -/
example : accepts permits [.take verb home, .request one home] = false := by decide
/-- `noPermit`: a wait for a pack by somebody who has a permit. -/
example : accepts permits [.request one permit, .grant one permit, .request one pack] = false := by decide
/-- `mayTry`: a try for a pack by somebody who has a manifest. -/
example : accepts permits [.take verb manifest, .take verb pack] = false := by decide
/-- `mayTry`: a try for what one has already. -/
example : accepts permits [.take verb pack, .refuse verb pack] = false := by decide
/-- `Free`: somebody who waits does something else. -/
example : accepts permits [.request verb home, .take verb manifest] = false := by decide
/-- `Free`: a verb gives its workspace back while a unit is at work. -/
example : accepts permits [.take verb home, .request one permit, .grant one permit, .release verb home] = false := by decide
/-- `notVerbOf`: a unit goes on while its verb waits. -/
example : accepts permits [.request verb home, .take one pack] = false := by decide
/-- `Step.grant`, `asked`: a grant without a request. -/
example : accepts permits [.grant one permit] = false := by decide
/-- `Step.withdraw`, `asked`: the end of a wait that never began. -/
example : accepts permits [.withdraw one permit] = false := by decide
/-- `Step.release`, `holds`: giving back what somebody else has. -/
example : accepts permits [.take verb home, .release other home] = false := by decide

/-! ## The hypothesis of `progress` is needed, and its conclusion says something -/

/-- With no permits at all a unit waits for ever: there is nobody to give one back. -/
example : accepts (fun _ => 0) [.request one permit] = true := by decide
example : accepts (fun _ => 0) [.request one permit, .grant one permit] = false := by decide

/-- In the queue above the third waits, on somebody who can go on. -/
example (s : State) (h : run permits init [.take verb home, .request one permit, .request two permit,
    .request three permit, .grant one permit, .grant two permit] = some s) :
    ∃ u, WaitsOn s three u ∧ CanGoOn permits s u :=
  match accepts_sound (accepts_of_run h) with
  | ⟨_, k, r⟩ => by
    rewrite [h] at k
    cases k
    have waits : has three permit s.waiting = true := (match s, h with | _, rfl => rfl)
    exact progress (fun lane => (match Decidable.em (lane = 1) with
      | .inl e => (by unfold permits; rewrite [if_pos e]; exact Nat.le.step Nat.le.refl)
      | .inr e => (by unfold permits; rewrite [if_neg e]; exact Nat.le.refl))) r (mem_of_has waits)

end Grex.Scheduler.Examples
