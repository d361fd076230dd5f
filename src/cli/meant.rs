//! What was meant by a word that the command line does not know.

use std::ffi::OsString;

use clap::{CommandFactory, ValueEnum};

use super::{
    arguments::Cli,
    completions::{self, Shell},
    verbs::exec,
};
use crate::model::{
    action::nearest,
    filter::{FILTER_KEYS, Filter, PackState},
    shell,
};

/// What people who come from git and package managers type, and what does it here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["clone"],
        "`grex add URL` registers a repository and clones it; `grex init --from URL` clones a whole workspace",
    ),
    (
        &["pull", "fetch", "refresh"],
        "`grex sync` fetches and fast-forwards every pack; `grex status --fetch` only fetches and shows what is behind",
    ),
    (
        &["push"],
        "grex pushes nothing by itself: `grex exec -- git push` runs git in every pack, `--filter state=ahead` before it in those that have commits to push",
    ),
    (
        &[
            "remove",
            "delete",
            "uninstall",
            "unregister",
            "del",
            "purge",
        ],
        "`grex rm PACK` takes a pack out and takes back what it installed",
    ),
    (
        &["prune", "clean", "gc"],
        "`grex sync --prune` removes the packs that nothing declares any more",
    ),
    (
        &["list", "tree", "show", "packs"],
        "`grex ls` lists the packs; `grex ls --tree` shows who declares whom",
    ),
    (
        &["info", "diff", "state", "st", "log"],
        "`grex status` shows how the packs differ from what is declared; `grex ls --long` what is known of them",
    ),
    (
        &["install", "apply", "upgrade", "up", "reinstall"],
        "`grex update` brings packs up to date and installs them; `grex add URL` installs a new one",
    ),
    (
        &["register", "new"],
        "`grex add URL` registers a pack; `grex init` makes a workspace",
    ),
    (
        &["check", "verify", "fsck", "lint", "fix", "repair"],
        "`grex doctor` checks everything, and `grex doctor --fix` repairs",
    ),
    (
        &["each", "foreach", "for-each", "forall", "shell", "git"],
        "`grex exec CMD` runs a command in every pack: `grex exec git log -1`",
    ),
    (
        &[
            "checkout", "switch", "commit", "branch", "stash", "merge", "rebase", "reset",
            "add-all",
        ],
        "that is git's own: `cd` into the pack and use git, or `grex exec git ...` in all of them",
    ),
    (
        &["mcp", "server"],
        "`grex serve --mcp` speaks the Model Context Protocol",
    ),
    (
        &["scan", "migrate"],
        "`grex import --scan` registers what lies on the disk, `grex import FILE` what another tool manages",
    ),
    (
        &["config", "set", "edit"],
        "grex has no settings: flags say everything, and `grex add URL PATH --ref REF` changes a pack",
    ),
    (
        &["help", "man"],
        "`grex --help` lists the verbs, `grex VERB --help` explains one",
    ),
    (&["version"], "`grex --version`"),
];

/// What to type instead of a verb that there is not, where `after` comes behind it.
pub(super) fn verb(word: &str, after: Option<&str>) -> Option<String> {
    let word = word.to_lowercase();
    let known = verbs();
    match (&*word, after) {
        ("help" | "man", Some(verb)) if known.iter().any(|known| known == verb) => {
            return Some(format!("`grex {verb} --help`"));
        }
        ("completions" | "completion", shell) => {
            let shell = shell.filter(|shell| Shell::from_str(shell, false).is_ok());
            return Some(format!(
                "`grex --completions {}` prints the script",
                shell.unwrap_or("SHELL")
            ));
        }
        _ => {}
    }
    if known.contains(&word) {
        return Some(did_you_mean(&word));
    }
    if let Some((_, does)) = ELSEWHERE.iter().find(|(words, _)| words.contains(&&*word)) {
        return Some((*does).to_owned());
    }
    let known = known.iter().map(String::as_str);
    nearest(&word, known).map(did_you_mean)
}

/// What to type instead of a flag that `verb` does not have: one that looks like it, or the verb
/// that has it.
pub(super) fn flag(verb: Option<&str>, flag: &str) -> Option<String> {
    let flag = flag.split('=').next().unwrap_or(flag);
    let command = Cli::command();
    let here = verb
        .and_then(|verb| command.find_subcommand(verb))
        .unwrap_or(&command);
    if let Some(hint) = verb.and_then(|verb| flag_elsewhere(verb, here, flag)) {
        return Some(hint);
    }
    let near = nearest_flag(here, flag);
    if let Some(near) = near {
        return Some(did_you_mean(&near));
    }
    let owners: Vec<String> = command
        .get_subcommands()
        .filter(|other| flags(other).any(|known| known == flag))
        .map(|other| format!("`grex {}`", other.get_name()))
        .collect();
    let (last, others) = owners.split_last()?;
    let owners = match others {
        [] => last.clone(),
        others => format!("{} and {last}", others.join(", ")),
    };
    Some(match verb {
        Some(_) => format!("`{flag}` is a flag of {owners}"),
        None => format!("`{flag}` is a flag of {owners}, and stands after the verb"),
    })
}

/// What does here what a flag does in other tools, or would if there were one.
fn flag_elsewhere(verb: &str, command: &clap::Command, flag: &str) -> Option<String> {
    let has = |wanted: &str| flags(command).any(|known| known == wanted);
    let takes_filter = chosen_by_filter(verb).is_some() || matches!(verb, "exec" | "update");
    let states = PackState::ALL.map(PackState::as_str);
    let state = flag.strip_prefix("--").filter(|it| states.contains(it));
    match (flag, state) {
        (_, Some(state)) if takes_filter => Some(did_you_mean(&format!("--filter state={state}"))),
        ("--branch" | "--tag" | "--rev" | "--revision" | "-b", _) if has("--ref") => Some(
            String::from("a branch, a tag or a commit is named with `--ref REF`"),
        ),
        ("-n", _) => Some(did_you_mean("--dry-run")),
        ("--sync" | "--pull" | "--fetch", _) if verb == "update" => Some(String::from(
            "`grex update` synchronises first, without a flag",
        )),
        ("--install", _) if verb == "sync" => {
            Some(String::from("`grex update` synchronises and installs"))
        }
        _ => None,
    }
}

/// The verb among the words that were typed.
pub(super) fn typed_verb(arguments: &[OsString]) -> Option<String> {
    let words = arguments.iter().skip(1);
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into()).collect();
    completions::verb(&words)
}

/// The words before `--filter` of a verb whose packs are chosen by that alone.
pub(super) fn chosen_by_filter(verb: &str) -> Option<&str> {
    match verb {
        "ls" | "status" | "sync" => Some(verb),
        "run" => Some("run ACTION"),
        _ => None,
    }
}

/// The filter that a word was meant for, as it is typed: the pack of this path, unless the word is a
/// filter already.
pub(super) fn filter(word: &str) -> String {
    match is_filter(word) || word.contains('*') {
        true => shell::quote(word),
        false => shell::quote(&exec::filter(word)),
    }
}

/// Says whether a word asks for something by a key of filters.
pub(super) fn is_filter(word: &str) -> bool {
    let word = word.strip_prefix('!').unwrap_or(word);
    let asks = |key: &&str| {
        word.strip_prefix(key)
            .is_some_and(|it| it.starts_with(['=', '<']))
    };
    FILTER_KEYS.iter().any(asks) && Filter::parse(word).is_ok()
}

/// Why a verb takes no pack.
pub(super) fn takes_no_pack(verb: &str) -> Option<&str> {
    match verb {
        "doctor" => Some("it checks the workspace as a whole: leave it out"),
        _ => None,
    }
}

/// The flag that a word would be, had it its dashes.
pub(super) fn own_flag(verb: &str, word: &str) -> Option<String> {
    let command = Cli::command();
    let flag = format!("--{word}");
    let mut known = flags(command.find_subcommand(verb)?);
    known.any(|known| known == flag).then_some(flag)
}

fn verbs() -> Vec<String> {
    let command = Cli::command();
    command
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .collect()
}

/// The flags of a command, as they are typed.
fn flags(command: &clap::Command) -> impl Iterator<Item = String> {
    command.get_arguments().flat_map(|argument| {
        let long = argument.get_long().map(|long| format!("--{long}"));
        let short = argument.get_short().map(|short| format!("-{short}"));
        long.into_iter().chain(short)
    })
}

fn nearest_flag(command: &clap::Command, flag: &str) -> Option<String> {
    let known: Vec<String> = flags(command).filter(|flag| flag.len() > 2).collect();
    let wanted = flag.trim_start_matches('-');
    if wanted.chars().count() < 2 {
        return None;
    }
    let names = known.iter().map(|known| known.trim_start_matches('-'));
    let near = nearest(wanted, names).or_else(|| {
        // The beginning of one: `--lock` for `--locked`.
        let begun = known
            .iter()
            .map(|known| known.trim_start_matches('-'))
            .filter(|known| known.starts_with(wanted));
        begun.min_by_key(|known| known.len())
    })?;
    Some(format!("--{near}"))
}

fn did_you_mean(word: &str) -> String {
    format!("did you mean `{word}`?")
}

#[cfg(test)]
mod tests {
    use super::{ELSEWHERE, flag, typed_verb, verb, verbs};

    #[test]
    fn verbs_of_other_tools_lead_to_those_of_this_one() {
        for (word, leads_to) in [
            ("clone", "`grex add URL`"),
            ("pull", "`grex sync`"),
            ("fetch", "`grex sync`"),
            ("push", "`grex exec -- git push`"),
            ("remove", "`grex rm PACK`"),
            ("list", "`grex ls`"),
            ("install", "`grex update`"),
            ("upgrade", "`grex update`"),
            ("info", "`grex status`"),
            ("LS", "`ls`"),
            ("statsu", "`status`"),
            ("updaet", "`update`"),
        ] {
            let hint = verb(word, None).unwrap_or_default();
            assert!(hint.contains(leads_to), "{word}: {hint}");
        }
        assert_eq!(verb("xyzzy", None), None);
    }

    #[test]
    fn what_comes_behind_a_word_that_is_no_verb_is_heeded() {
        for (word, after, leads_to) in [
            ("help", Some("add"), "`grex add --help`"),
            ("help", Some("xyzzy"), "`grex VERB --help`"),
            ("help", None, "`grex VERB --help`"),
            ("completions", Some("bash"), "`grex --completions bash`"),
            ("completion", Some("csh"), "`grex --completions SHELL`"),
            ("completions", None, "`grex --completions SHELL`"),
        ] {
            let hint = verb(word, after).unwrap_or_default();
            assert!(hint.contains(leads_to), "{word} {after:?}: {hint}");
        }
    }

    #[test]
    fn no_verb_of_this_program_is_said_to_be_another_s() {
        let verbs = verbs();
        for (words, does) in ELSEWHERE {
            for word in *words {
                assert!(!verbs.iter().any(|verb| verb == word), "{word}");
            }
            for command in does.split('`').skip(1).step_by(2) {
                let mut named = command.split(' ');
                if named.next() != Some("grex") {
                    continue;
                }
                let named = named.next().unwrap_or_default();
                let is_known = verbs.iter().any(|verb| verb == named) || named == "VERB";
                assert!(is_known || named.starts_with("--"), "{command}");
            }
        }
    }

    #[test]
    fn a_flag_is_found_by_its_looks_and_by_its_verb() {
        for (owner, typed, hint) in [
            (Some("ls"), "--lnog", "did you mean `--long`?"),
            (Some("sync"), "--lock", "did you mean `--locked`?"),
            (Some("sync"), "--prnue=x", "did you mean `--prune`?"),
            (Some("sync"), "-prune", "did you mean `--prune`?"),
            (Some("ls"), "--prune", "`--prune` is a flag of `grex sync`"),
            (
                Some("status"),
                "--only",
                "`--only` is a flag of `grex sync` and `grex update`",
            ),
            (
                Some("exec"),
                "--dirty",
                "did you mean `--filter state=dirty`?",
            ),
            (
                Some("update"),
                "--behind",
                "did you mean `--filter state=behind`?",
            ),
            (
                Some("add"),
                "--branch=x",
                "a branch, a tag or a commit is named with `--ref REF`",
            ),
            (
                Some("add"),
                "--tag",
                "a branch, a tag or a commit is named with `--ref REF`",
            ),
            (Some("sync"), "-n", "did you mean `--dry-run`?"),
            (
                Some("update"),
                "--sync",
                "`grex update` synchronises first, without a flag",
            ),
            (
                None,
                "--mcp",
                "`--mcp` is a flag of `grex serve`, and stands after the verb",
            ),
        ] {
            if cfg!(not(feature = "mcp")) && typed == "--mcp" {
                continue;
            }
            assert_eq!(flag(owner, typed).as_deref(), Some(hint), "{typed}");
        }
        assert_eq!(flag(Some("ls"), "--frobnicate"), None);
        assert_eq!(flag(Some("ls"), "-x"), None);
    }

    #[test]
    fn the_verb_is_found_among_flags() {
        let words = |line: &str| line.split(' ').map(Into::into).collect::<Vec<_>>();
        let found = |line: &str| typed_verb(&words(line));
        assert_eq!(found("grex -C x sync --y").as_deref(), Some("sync"));
        assert_eq!(found("grex -C sync ls --prune").as_deref(), Some("ls"));
        assert_eq!(found("grex -qCsync --filter=rm ls").as_deref(), Some("ls"));
        assert_eq!(found("grex --filter sync"), None);
        assert_eq!(found("grex --y"), None);
        assert_eq!(found("grex -- sync"), None);
    }
}
