//! What is shown while a run goes on. See [`Watcher`].

mod board;
mod display;
mod screen;
mod watcher;

pub(super) use watcher::{Shown, Watcher};
