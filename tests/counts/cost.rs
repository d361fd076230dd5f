//! What a pack costs, told by runs of two sizes.

use crate::calls::Calls;

/// How many packs the runs have: the difference is what one more costs.
pub(crate) const SIZES: [usize; 2] = [4, 12];

/// What a run may cost more on another machine, whose PATH has more places to look in. One call more
/// for each pack of the larger run is twice that.
const ROOM: usize = 6;

/// The calls of the smaller run and of the larger one.
pub(crate) struct Growth([Calls; 2]);

/// A number of calls: so many a run, and so many more for each pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) run: usize,
    pub(crate) pack: usize,
}

impl Growth {
    /// Makes a run of each size.
    pub(crate) fn of(run: impl Fn(usize) -> Calls) -> Self {
        Self(SIZES.map(run))
    }

    /// The same for some of the calls.
    pub(crate) fn only(&self, choose: impl Fn(&Calls) -> Calls) -> Self {
        Self([choose(&self.0[0]), choose(&self.0[1])])
    }

    /// Asserts that both runs made so many of these calls.
    pub(crate) fn is(&self, what: &str, cost: Cost) {
        for (calls, packs) in self.0.iter().zip(SIZES) {
            let expected = cost.of(packs);
            assert_eq!(calls.count(), expected, "{what}, {packs} packs:\n{calls}");
        }
    }

    /// Asserts that neither run made more of these calls, but for [`ROOM`].
    pub(crate) fn is_at_most(&self, what: &str, cost: Cost) {
        for (calls, packs) in self.0.iter().zip(SIZES) {
            let (count, most) = (calls.count(), cost.of(packs) + ROOM);
            assert!(
                count <= most,
                "{what}, {packs} packs: {count}, expected at most {most}:\n{calls}"
            );
        }
    }
}

impl Cost {
    fn of(self, packs: usize) -> usize {
        self.run + self.pack * packs
    }
}
