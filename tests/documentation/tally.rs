//! How much of the documentation was run.

/// The blocks of a page.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Commands of transcripts.
    pub(crate) commands: usize,
    /// Blocks that were run: transcripts and scripts.
    pub(crate) run: usize,
    /// Files that a reader has accepted.
    pub(crate) read: usize,
    /// Blocks that are neither commands nor files.
    pub(crate) figures: usize,
    /// Blocks that are not run here or anywhere, with where and why.
    pub(crate) exempt: Vec<String>,
}

impl Tally {
    /// Says it all, for whoever runs the tests.
    pub(crate) fn tell(&self, page: &str) {
        let Self {
            commands,
            run,
            read,
            figures,
            exempt,
        } = self;
        eprintln!(
            "{page}: {run} blocks run ({commands} commands), {read} read, {figures} figures, {} not run",
            exempt.len()
        );
        for line in exempt {
            eprintln!("  not run: {line}");
        }
    }
}
