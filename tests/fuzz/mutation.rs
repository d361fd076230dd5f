//! Inputs made of seeds: changed bits, spliced, cut, doubled, and with words put in that mean
//! something somewhere.

use fastrand::Rng;

/// The longest input that is made, in bytes.
const LONGEST: usize = 32 * 1024;

/// What means something to one parser or another.
const WORDS: &[&str] = &[
    "\0",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "-",
    "--",
    "/",
    "\\",
    "..",
    ".",
    "../",
    "~/",
    ":",
    "::",
    "@",
    "@{",
    "=",
    ",",
    "!",
    "#",
    "%",
    "$",
    "${",
    "}",
    "*",
    "[",
    "]",
    "{",
    "'",
    "\"",
    "<",
    ">",
    "&",
    "&amp;",
    "<!--",
    "<![CDATA[",
    "]]>",
    "\u{feff}",
    "\u{202e}",
    "\u{200c}",
    "\u{1b}[31m",
    "\u{1b}[K",
    "\u{1b}]0;",
    "\u{9b}",
    "\u{e9}",
    "\u{1f600}",
    "\u{130}",
    "null",
    "true",
    "0",
    "-1",
    "18446744073709551615",
    "4294967296",
    "1e999",
    "{}",
    "[]",
    "\"\"",
    ".git",
    ".lock",
    ".grex",
    "refs/heads/",
    "refs/tags/",
    "https://",
    "ssh://",
    "git@",
    "file:///",
    "ext::",
    "%2e%2e",
    "%00",
    "# >>> grex >>>\n",
    "# <<< grex <<<\n",
    "# >>> grex:api >>>\n",
    "# <<< grex:api <<<\n",
    "# the line break before this block goes with it\n",
    "schema_version",
    "\"op\":\"rm\"",
    "remote:",
    "fatal: ",
    "error: ",
    "1 .M N... ",
    "2 R. N... ",
    "? ",
    "u UU N... ",
    "100% (1/1), done.",
    "^",
    "# pack-refs with: peeled fully-peeled sorted \n",
    "ref: ",
    "token=",
    "ghp_",
    "password=",
    "Authorization: Bearer ",
    "&a",
    "*a",
    "<<: ",
    "!!",
    "- ",
    "? ",
    "|\n",
    "---\n",
    "jsonrpc",
    "\"id\":1",
    "notifications/cancelled",
    "tools/call",
    "con",
    "nul.txt",
    "COM1",
    "git~1",
];

/// Returns an input that is made of one seed or two.
pub(crate) fn mutated(seeds: &[(String, Vec<u8>)], random: &mut Rng) -> Vec<u8> {
    let mut input = pick(seeds, random).to_vec();
    for _ in 0..1 + random.usize(..6) {
        mutate(&mut input, seeds, random);
        input.truncate(LONGEST);
    }
    input
}

fn pick<'a>(seeds: &'a [(String, Vec<u8>)], random: &mut Rng) -> &'a [u8] {
    &seeds[random.usize(..seeds.len())].1
}

fn mutate(input: &mut Vec<u8>, seeds: &[(String, Vec<u8>)], random: &mut Rng) {
    let at = random.usize(..=input.len());
    let some = some_of(input, random);
    match random.u8(..10) {
        0 | 1 => change(input, random, |byte, random| byte ^ (1 << random.u8(..8))),
        2 => change(input, random, |_, random| random.u8(..)),
        3 | 4 => {
            let word = WORDS[random.usize(..WORDS.len())].bytes();
            drop(input.splice(at..at, word));
        }
        5 => {
            let word = WORDS[random.usize(..WORDS.len())].bytes();
            drop(input.splice(some, word));
        }
        6 => drop(input.drain(some)),
        7 => input.truncate(at),
        8 => {
            let times = 1 << random.u32(..8);
            let part = input[some].repeat(times);
            drop(input.splice(at..at, part.into_iter().take(LONGEST)));
        }
        _ => {
            let other = pick(seeds, random);
            let part = other[some_of(other, random)].to_vec();
            drop(input.splice(some, part));
        }
    }
}

/// Some bytes in a row, mostly few of them.
fn some_of(input: &[u8], random: &mut Rng) -> std::ops::Range<usize> {
    let start = random.usize(..=input.len());
    let most = [4, 32, input.len()][random.usize(..3)];
    start..random.usize(start..=input.len().min(start + most))
}

fn change(input: &mut [u8], random: &mut Rng, to: impl Fn(u8, &mut Rng) -> u8) {
    if !input.is_empty() {
        let at = random.usize(..input.len());
        input[at] = to(input[at], random);
    }
}
