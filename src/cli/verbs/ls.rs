//! `grex ls`.

use std::collections::HashMap;

use unicode_width::UnicodeWidthStr;

use super::status::NO_PACKS;
use crate::{
    cli::{
        columns::{Cell, cut_path, lay_out, paint},
        error::CliError,
        globals::GlobalArgs,
        invocation::Invocation,
        style,
    },
    engine::select::Selection,
    model::text,
    ops::ls::{ListedPack, LsRequest, ls},
};

const EXAMPLES: &str = "\
EXAMPLES
  grex ls                       the packs, their refs and commits
  grex ls --tree                who declares whom
  grex ls --long --type meta    more about some of them
  grex ls --filter 'depth=0'    the registered ones
  grex ls --json                for programs

What is listed comes from the manifest and the lockfile; `grex status` looks at the packs themselves.";

/// List what is registered; no git is started
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct LsArgs {
    /// Show type, URL and the time of installation as well
    #[arg(short = 'l', long)]
    long: bool,
    /// Show packs below those that declare them
    #[arg(long, conflicts_with = "long")]
    tree: bool,
    /// List only packs of this type
    #[arg(long = "type", value_name = "TYPE")]
    pack_type: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

/// Runs the verb.
pub(in crate::cli) fn run(args: LsArgs, invocation: &Invocation) -> Result<u8, CliError> {
    invocation.globals.refuse_trust("ls")?;
    let LsArgs {
        long,
        tree,
        pack_type,
        globals: _,
    } = args;
    invocation.check_pack_type(pack_type.as_deref())?;
    let selection = Selection {
        filters: invocation.globals.filters.clone(),
        ..Selection::default()
    };
    let only_type = pack_type.is_some();
    let session = invocation.session(invocation.workspace()?);
    let packs = ls(
        &session,
        &LsRequest {
            selection,
            pack_type,
        },
    )?;
    invocation.end_display()?;
    let ui = &invocation.ui;
    let nothing = match only_type {
        true => "no packs of this type\n",
        false => NO_PACKS,
    };
    if invocation.globals.json {
        ui.print_json(&packs)?;
    } else if packs.is_empty() {
        if !ui.quiet {
            ui.tell(nothing);
        }
    } else if tree {
        let strokes = if ui.unicode { UNICODE } else { ASCII };
        ui.print(&tree_text(&packs, &strokes, ui.width()))?;
    } else if long {
        ui.print(&lay_out(&long_rows(&packs), ui.width(), ui.ellipsis()))?;
    } else {
        ui.print(&lay_out(&rows(&packs), ui.width(), ui.ellipsis()))?;
    }
    Ok(0)
}

fn rows(packs: &[ListedPack]) -> Vec<Vec<Cell>> {
    packs
        .iter()
        .map(|pack| {
            vec![
                Cell::path(text::shown(&pack.path)),
                reference(pack),
                commit(pack),
            ]
        })
        .collect()
}

fn long_rows(packs: &[ListedPack]) -> Vec<Vec<Cell>> {
    let heading = ["PACK", "TYPE", "REF", "COMMIT", "INSTALLED", "URL"];
    let mut rows = vec![
        heading
            .map(|name| Cell::styled(name, style::HEADING))
            .to_vec(),
    ];
    rows.extend(packs.iter().map(|pack| {
        vec![
            Cell::path(text::shown(&pack.path)),
            Cell::plain(text::shown(&pack.pack_type)),
            reference(pack),
            commit(pack),
            Cell::plain(
                pack.installed_at
                    .as_ref()
                    .map_or(String::from("-"), text::shown),
            ),
            Cell::path(text::shown(&pack.url)),
        ]
    }));
    rows
}

/// The declared ref, unless it is the very commit that is shown beside it.
fn declared(pack: &ListedPack) -> Option<&str> {
    let reference = pack.reference.as_deref()?;
    (reference != pack.sha).then_some(reference)
}

fn reference(pack: &ListedPack) -> Cell {
    Cell::styled(
        declared(pack).map_or(String::from("-"), text::shown),
        style::HINT,
    )
}

fn commit(pack: &ListedPack) -> Cell {
    Cell::styled(short(&pack.sha), style::FAINT)
}

fn short(sha: &str) -> String {
    if sha.is_empty() {
        String::from("-")
    } else {
        text::shown(sha.get(..7).unwrap_or(sha))
    }
}

/// The strokes of a tree.
struct Strokes {
    inner: &'static str,
    last: &'static str,
    beside: &'static str,
    /// What stands for what was cut off.
    ellipsis: &'static str,
}

/// No name in a tree is cut to less.
const LEAST_NAME: usize = 12;

const UNICODE: Strokes = Strokes {
    inner: "├── ",
    last: "└── ",
    beside: "│   ",
    ellipsis: "…",
};
const ASCII: Strokes = Strokes {
    inner: "|-- ",
    last: "`-- ",
    beside: "|   ",
    ellipsis: "...",
};

/// Packs below their owners. One whose owner is not listed stands at the top, with its whole path.
fn tree_text(packs: &[ListedPack], strokes: &Strokes, width: Option<usize>) -> String {
    let listed: HashMap<&str, &ListedPack> =
        packs.iter().map(|pack| (pack.id.as_str(), pack)).collect();
    let mut below: HashMap<Option<&str>, Vec<&ListedPack>> = HashMap::new();
    for pack in packs {
        let owner = pack
            .parent
            .as_deref()
            .filter(|parent| listed.contains_key(parent) && *parent != pack.id);
        below.entry(owner).or_default().push(pack);
    }
    let mut told = String::from(".\n");
    // A stack instead of recursion: how deep packs lie is not for this program's stack to limit.
    let mut open: Vec<(&ListedPack, String, bool)> = Vec::new();
    push(&mut open, below.get(&None), "");
    while let Some((pack, indent, is_last)) = open.pop() {
        let stroke = if is_last { strokes.last } else { strokes.inner };
        let owner = pack
            .parent
            .as_deref()
            .filter(|parent| listed.contains_key(parent));
        let name = owner
            .and_then(|owner| pack.path.strip_prefix(owner)?.strip_prefix('/'))
            .unwrap_or(&pack.path);
        let about = [declared(pack).unwrap_or_default(), &short(&pack.sha)]
            .map(text::shown)
            .join(" ");
        let beside = format!("{indent}{stroke}  {}", about.trim()).width();
        let room = width.map_or(usize::MAX, |width| {
            width.saturating_sub(beside).max(LEAST_NAME)
        });
        told += &format!(
            "{}{}  {}\n",
            paint(&format!("{indent}{stroke}"), style::FAINT),
            cut_path(&text::shown(name), room, strokes.ellipsis),
            paint(about.trim(), style::FAINT)
        );
        let beside = if is_last { "    " } else { strokes.beside };
        push(
            &mut open,
            below.get(&Some(pack.id.as_str())),
            &format!("{indent}{beside}"),
        );
    }
    told
}

fn push<'a>(
    open: &mut Vec<(&'a ListedPack, String, bool)>,
    packs: Option<&Vec<&'a ListedPack>>,
    indent: &str,
) {
    let packs = packs.map_or(&[][..], Vec::as_slice);
    for (place, pack) in packs.iter().enumerate().rev() {
        open.push((pack, indent.to_owned(), place + 1 == packs.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::{ASCII, ListedPack, UNICODE, lay_out, long_rows, tree_text};

    fn pack(id: &str, parent: Option<&str>) -> ListedPack {
        ListedPack {
            id: id.into(),
            pack_type: "meta".into(),
            path: id.into(),
            url: format!("https://example.org/{id}"),
            reference: parent.is_none().then(|| "main".into()),
            sha: "1234567890".repeat(4),
            installed_at: None,
            parent: parent.map(Into::into),
            depth: 0,
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_tree_shows_who_declares_whom() {
        let packs = [
            pack("a", None),
            pack("a/x", Some("a")),
            pack("a/x/y", Some("a/x")),
            pack("a/z", Some("a")),
            pack("b", Some(".")),
            pack("c/d", Some("gone")),
        ];
        assert_eq!(
            plain(&tree_text(&packs, &UNICODE, None)),
            "\
.
├── a  main 1234567
│   ├── x  1234567
│   │   └── y  1234567
│   └── z  1234567
├── b  1234567
└── c/d  1234567
"
        );
        assert!(plain(&tree_text(&packs, &ASCII, None)).contains("|   |   `-- y"));
        let long = [pack("platform/payments/reconciliation", None)];
        assert_eq!(
            plain(&tree_text(&long, &UNICODE, Some(40))),
            ".\n└── platfo…/reconciliation  main 1234567\n"
        );
    }

    #[test]
    fn the_long_list_has_headings() {
        let long = plain(&lay_out(&long_rows(&[pack("a", None)]), None, "..."));
        assert_eq!(
            long,
            "\
PACK  TYPE  REF   COMMIT   INSTALLED  URL
a     meta  main  1234567  -          https://example.org/a
"
        );
    }
}
