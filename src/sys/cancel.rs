//! How a run is told to stop: once politely, once for good.

use tokio_util::sync::CancellationToken;

/// Two tokens that travel together through a run. The first asks: nothing new is started and
/// children are terminated. The second insists: children are killed at once.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    stop: CancellationToken,
    kill: CancellationToken,
}

impl Cancel {
    /// Returns a handle that nobody has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks everything to stop; asked a second time, insists.
    pub fn request(&self) {
        if self.stop.is_cancelled() {
            self.kill.cancel();
        }
        self.stop.cancel();
    }

    /// Asks everything to stop, never insists, however often it is called.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Says whether a stop was asked for.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Completes when a stop is asked for.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Completes when a stop is insisted on.
    pub async fn killed(&self) {
        self.kill.cancelled().await;
    }

    /// The token of the first request, for what only knows tokens.
    pub fn token(&self) -> &CancellationToken {
        &self.stop
    }
}

#[cfg(test)]
mod tests {
    use super::Cancel;

    #[tokio::test]
    async fn the_second_request_insists() {
        let cancel = Cancel::new();
        cancel.request();
        assert!(cancel.is_stopped());
        cancel.stop();
        assert!(!cancel.kill.is_cancelled());
        cancel.request();
        cancel.killed().await;
    }
}
