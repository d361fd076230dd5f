#[derive(Default)]
pub(super) struct Turns;
#[derive(Clone)]
pub(super) struct Turn;
pub(super) struct Place;
impl Turns {
    pub(super) fn next(&self) -> Turn {
        Turn
    }
}
impl Turn {
    pub(super) async fn wait(self) -> Place {
        Place
    }
}
