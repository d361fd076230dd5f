//! Randomness that can be repeated.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Numbers that look random, from a seed: SplitMix64.
pub(crate) struct Seeded {
    /// What they all come from; to be printed, and given again as `GREX_FAULTS_SEED`.
    pub(crate) seed: u64,
    state: u64,
}

impl Seeded {
    /// Takes the seed that `GREX_FAULTS_SEED` gives, otherwise one from the clock.
    pub(crate) fn from_environment() -> Self {
        let seed = std::env::var("GREX_FAULTS_SEED").map_or_else(
            |_| {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
                u64::from(now.subsec_nanos()) ^ now.as_secs()
            },
            |text| text.parse().expect("GREX_FAULTS_SEED is a number"),
        );
        Self { seed, state: seed }
    }

    /// The next number, from 0 to just below 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let bits = u32::try_from(mixed >> 32).expect("32 bits");
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    /// A moment of a duration, each as likely as any other.
    pub(crate) fn moment(&mut self, of: Duration) -> Duration {
        of.mul_f64(self.fraction())
    }
}
