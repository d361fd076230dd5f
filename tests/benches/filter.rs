//! Filters: reading an expression, and deciding it for packs.

use divan::{Bencher, counter::ItemsCount};
use grex::model::filter::{Filter, Filters, PackFacts};

use crate::{SIZES, made};

/// A term of each kind that needs no look at a repository.
const EXPRESSION: &str = "group-{1,2,3}*/** type=meta depth<=1 url=*host-[0-5]* !name=*-legacy";

#[divan::bench]
fn parse_filter() -> Filter {
    Filter::parse(divan::black_box(EXPRESSION)).unwrap()
}

#[divan::bench(args = SIZES)]
fn decide_filter(bencher: Bencher<'_, '_>, packs: usize) {
    let filters = Filters::new(vec![Filter::parse(EXPRESSION).unwrap()]);
    let texts: Vec<_> = (0..packs)
        .map(|number| (made::path_of(number), made::url_of(number)))
        .collect();
    let facts: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(number, (path, url))| PackFacts {
            name: Some(path),
            path,
            pack_type: Some(made::type_of(number)),
            depth: 0,
            url: Some(url),
            resolved_url: Some(url),
        })
        .collect();
    bencher.counter(ItemsCount::new(packs)).bench_local(|| {
        let selected = divan::black_box(&facts)
            .iter()
            .filter(|facts| filters.decide(facts, &|_| None) == Some(true));
        selected.count()
    });
}
