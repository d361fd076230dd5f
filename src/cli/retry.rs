//! What a run that had failures ends with: the packs, and the command that tries just them again.

use super::{columns::paint, style};
use crate::model::{filter::PathGlob, shell, text};

/// A run to be run again.
#[derive(Debug, Default)]
pub(super) struct Retry {
    /// The verb; `sync` where none is said.
    pub(super) verb: Option<&'static str>,
    /// Flags that stand before the verb.
    pub(super) globals: Vec<String>,
    /// Flags of the verb, without the selection of packs.
    pub(super) flags: Vec<String>,
    /// Only the whole command can be tried again, with these words to select packs.
    pub(super) whole: Option<Vec<String>>,
}

impl Retry {
    /// The command that tries these packs again.
    fn command(&self, failed: &[&str]) -> String {
        let mut words = vec![String::from("grex")];
        words.extend(self.globals.iter().cloned());
        words.push(String::from(self.verb.unwrap_or("sync")));
        match &self.whole {
            Some(selection) => words.extend(selection.iter().cloned()),
            None => words.extend(failed.iter().flat_map(|pack| only(pack))),
        }
        words.extend(self.flags.iter().cloned());
        shell::join(&words)
    }

    /// The list of the packs that failed, and the command.
    pub(super) fn text(&self, failed: &[&str]) -> String {
        let mut told = format!("{}\n", paint("failed:", style::ERROR));
        for pack in failed {
            told += &format!("  {}\n", text::shown(pack));
        }
        told + &format!(
            "{} to try again: {}\n",
            paint("hint:", style::HINT),
            self.command(failed)
        )
    }
}

/// The flag that selects one pack, and no other.
fn only(pack: &str) -> Vec<String> {
    let glob = PathGlob::escape(pack);
    if glob.starts_with('-') {
        return vec![format!("--only={glob}")];
    }
    vec![String::from("--only"), glob]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::Retry;
    use crate::model::filter::PathGlob;

    #[test]
    fn just_the_packs_that_failed_are_named_and_quoted() {
        let retry = Retry {
            verb: None,
            globals: vec!["-C".into(), "my dir".into()],
            flags: vec!["--ref".into(), "v1".into()],
            whole: None,
        };
        assert_eq!(
            retry.command(&["a", "b c", "d[1]", "-e"]),
            r"grex -C 'my dir' sync --only a --only 'b c' --only 'd\[1\]' --only=-e --ref v1"
        );
        assert!(PathGlob::parse(r"d\[1\]").unwrap().matches("d[1]"));
    }

    #[test]
    fn a_run_that_only_makes_sense_as_a_whole_is_named_as_a_whole() {
        let retry = Retry {
            flags: vec!["--prune".into()],
            whole: Some(Vec::new()),
            ..Retry::default()
        };
        assert_eq!(retry.command(&["a"]), "grex sync --prune");
    }
}
