//! Links between pages lead somewhere, and the book has every page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::page::{self, Page};

/// A path without `.` and `..`; none where it leads out of the project.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => found.push(name),
            Component::CurDir => {}
            Component::ParentDir if found.pop() => {}
            _ => return None,
        }
    }
    Some(found)
}

/// What is wrong with a link of a page.
fn problem(pages: &BTreeMap<PathBuf, Page>, page: &Page, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link
        .split_once('#')
        .map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let here = Path::new(&page.name);
    let target = match path {
        "" => here.to_owned(),
        path => match resolved(&here.parent().unwrap_or(Path::new("")).join(path)) {
            Some(target) => target,
            None => return Some("it leads out of the project".to_owned()),
        },
    };
    if !page::root().join(&target).exists() {
        return Some(format!("there is no {}", target.display()));
    }
    if here.starts_with("docs") && !target.starts_with("docs") {
        return Some("it leads out of the book".to_owned());
    }
    let anchor = anchor?;
    match pages.get(&target) {
        None => Some("only pages have headings".to_owned()),
        Some(page) if page.anchors.contains(anchor) => None,
        Some(_) => Some(format!("{} has no heading `#{anchor}`", target.display())),
    }
}

fn pages() -> BTreeMap<PathBuf, Page> {
    page::all()
        .iter()
        .map(|name| (name.into(), Page::read(name)))
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let problems: Vec<String> = pages
        .values()
        .flat_map(|page| {
            let problem = |link: &String| Some((link.clone(), problem(&pages, page, link)?));
            let problems = page.links.iter().filter_map(problem);
            problems
                .map(|(link, problem)| format!("{}: `{link}`: {problem}", page.name))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn a_link_to_nowhere_is_noticed() {
    let pages = pages();
    let page = &pages[Path::new("docs/cli.md")];
    for (link, is_good) in [
        ("trust.md", true),
        ("trust.md#the-question", true),
        ("#exit-codes", true),
        ("https://example.org/x", true),
        ("no-such.md", false),
        ("trust.md#no-such", false),
        ("#no-such", false),
        ("../README.md", false),
        ("../../x", false),
        ("schema/pack.schema.json", true),
    ] {
        assert_eq!(problem(&pages, page, link).is_none(), is_good, "{link}");
    }
}

/// What the book's table of contents lacks is in no book.
#[test]
fn the_book_has_every_page_of_its_folder() {
    let summary = Page::read("docs/SUMMARY.md");
    let listed: BTreeSet<String> = summary
        .links
        .iter()
        .map(|link| format!("docs/{link}"))
        .collect();
    let all = page::all().into_iter();
    let pages: BTreeSet<String> = all
        .filter(|name| name.starts_with("docs/") && name != "docs/SUMMARY.md")
        .collect();
    assert_eq!(listed, pages);
    assert_eq!(summary.links.len(), listed.len(), "a page is listed twice");
}
