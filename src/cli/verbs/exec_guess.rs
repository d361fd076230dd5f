//! What was meant by a command of `grex exec` that is none.

use super::exec::{filter, masked};
use crate::{
    cli::meant,
    model::shell,
    ops::exec::{ExecCommand, ExecReport},
};

/// What to type where the first word of the command is no program: a filter, or a pack of the
/// report. `kept` are the flags that stand before the verb.
pub(super) fn filter_first(
    command: &ExecCommand,
    report: &ExecReport,
    kept: &[String],
) -> Option<String> {
    let ExecCommand::Words(words) = command else {
        return None;
    };
    let (first, rest) = words.split_first()?;
    let first = first.to_str()?;
    let (what, filter) = match meant::is_filter(first) {
        true => ("a filter", first.to_owned()),
        false => {
            let mut ids = report.packs.iter().map(|pack| pack.pack.as_str());
            let is_it = |id: &&str| id.rsplit('/').next() == Some(first);
            ("a pack", filter(ids.find(is_it)?))
        }
    };
    let before = ["grex"].map(String::from).into_iter().chain(kept.to_vec());
    let flags = ["exec", "--filter", &filter].map(String::from);
    let mut typed: Vec<String> = before.chain(flags).collect();
    match rest.is_empty() {
        true => typed.push(String::from("CMD")),
        false => typed.extend(rest.iter().map(masked)),
    }
    Some(format!("`{first}` is {what}: `{}`", shell::join(&typed)))
}

/// What to say of a command that has failed and has a flag of grex among its arguments.
pub(super) fn flag_behind(command: &ExecCommand) -> Option<String> {
    let ExecCommand::Words(words) = command else {
        return None;
    };
    let is_filter = |word: &str| word == "--filter" || word.starts_with("--filter=");
    let words = words.iter().skip(1).filter_map(|word| word.to_str());
    let mut own = words.take_while(|word| *word != "--");
    own.any(is_filter).then(|| {
        String::from("grex's own flags stand before the command: `grex exec --filter EXPR CMD`")
    })
}

#[cfg(test)]
mod tests {
    use super::{ExecCommand, flag_behind};

    #[test]
    fn a_flag_of_grex_among_the_arguments_is_noticed() {
        let words = |line: &str| ExecCommand::Words(line.split(' ').map(Into::into).collect());
        for (line, is_noticed) in [
            ("git status -s --filter state=dirty", true),
            ("git status --filter=a", true),
            ("git status -- --filter", false),
            ("git status", false),
            ("--filter x", false),
        ] {
            assert_eq!(flag_behind(&words(line)).is_some(), is_noticed, "{line}");
        }
        assert_eq!(
            flag_behind(&ExecCommand::Shell("a --filter b".into())),
            None
        );
    }
}
