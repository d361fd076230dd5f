//! The kinds of work, one test each: `grex` is tried with all verbs on each.

use std::fs;

use grex_fixtures::Sandbox;

use super::{
    PACK, commit, exclude,
    verbs::{Kind, every_verb},
};

macro_rules! kinds {
    ($($id:ident, $named:expr, $make:expr;)*) => {$(
        #[test]
        fn $id() {
            let named: Option<&'static [&'static str]> = $named;
            every_verb(&Kind { id: stringify!($id), make: $make, named });
        }
    )*};
}

fn mine(sandbox: &Sandbox, file: &str) {
    sandbox.write(format!("{PACK}/{file}"), "mine\n");
}

fn git(sandbox: &Sandbox, words: &[&str]) {
    sandbox.git(PACK, words);
}

/// A submodule with a commit of the user's own, in a pack that is pushed.
fn submodule(sandbox: &Sandbox) {
    let url = sandbox.remote("sub").commit("f", "1").create().url();
    let allowed = "protocol.file.allow=always";
    git(
        sandbox,
        &["-c", allowed, "submodule", "-q", "add", &url, "sub"],
    );
    git(sandbox, &["commit", "-qm", "sub"]);
    git(sandbox, &["push", "-q", "origin", "main"]);
    mine(sandbox, "sub/mine");
    let sub = format!("{PACK}/sub");
    sandbox.git(&sub, &["add", "."]);
    sandbox.git(&sub, &["commit", "-qm", "mine"]);
}

kinds! {
    k01_a_changed_file, Some(&["README"]), |sandbox| mine(sandbox, "README");
    k02_a_staged_file, Some(&["README"]), |sandbox| {
        mine(sandbox, "README");
        git(sandbox, &["add", "README"]);
    };
    k03_what_only_the_index_has, Some(&["README"]), |sandbox| {
        mine(sandbox, "README");
        git(sandbox, &["add", "README"]);
        sandbox.write(format!("{PACK}/README"), "hello\n");
    };
    k04_an_untracked_file, Some(&["new"]), |sandbox| mine(sandbox, "new/file");
    k05_an_untracked_file_that_the_user_hides_from_status, Some(&["new"]), |sandbox| {
        mine(sandbox, "new/file");
        git(sandbox, &["config", "status.showUntrackedFiles", "no"]);
    };
    k06_an_edit_that_is_assumed_not_to_be_there, Some(&["git does not see"]), |sandbox| {
        git(sandbox, &["update-index", "--assume-unchanged", "README"]);
        mine(sandbox, "README");
    };
    k07_an_edit_that_is_skipped, Some(&["git does not see"]), |sandbox| {
        git(sandbox, &["update-index", "--skip-worktree", "README"]);
        mine(sandbox, "README");
    };
    // Git before 2.37 does not see it; then it is one of those that git is told not to see.
    k08_an_edit_outside_of_a_sparse_checkout, Some(&["1 file"]), |sandbox| {
        git(sandbox, &["sparse-checkout", "set", "--no-cone", "/nothing"]);
        mine(sandbox, "README");
    };
    k09_an_ignored_file, None, |sandbox| {
        exclude(sandbox, "*.log\n");
        mine(sandbox, "a.log");
    };
    k10_a_commit_on_the_current_branch, Some(&["1 commit"]), |sandbox| commit(sandbox, "mine");
    k11_a_commit_on_another_branch, Some(&["2 commits"]), |sandbox| {
        git(sandbox, &["checkout", "-qb", "topic"]);
        commit(sandbox, "mine");
        commit(sandbox, "more");
        git(sandbox, &["checkout", "-q", "main"]);
    };
    k12_a_commit_beside_a_branch_without_one, Some(&["1 commit"]), |sandbox| {
        git(sandbox, &["checkout", "-qb", "topic"]);
        commit(sandbox, "mine");
        git(sandbox, &["switch", "-q", "--orphan", "fresh"]);
    };
    k13_a_detached_commit, Some(&["1 commit"]), |sandbox| {
        git(sandbox, &["checkout", "-q", "--detach"]);
        commit(sandbox, "mine");
    };
    k14_a_commit_that_only_the_reflog_knows, Some(&["reflog"]), |sandbox| {
        commit(sandbox, "mine");
        git(sandbox, &["reset", "-q", "--hard", "HEAD~1"]);
    };
    k15_a_stash, Some(&["stash"]), |sandbox| {
        mine(sandbox, "README");
        git(sandbox, &["stash", "-q"]);
    };
    k16_a_tag_on_a_commit_of_one_s_own, Some(&["1 commit"]), |sandbox| {
        commit(sandbox, "mine");
        git(sandbox, &["tag", "mine"]);
        git(sandbox, &["reset", "-q", "--hard", "HEAD~1"]);
    };
    k17_a_tag_on_a_commit_of_the_server_s, Some(&["1 tag "]), |sandbox| {
        git(sandbox, &["tag", "-a", "-m", "mine", "mine"]);
    };
    k18_notes, Some(&["1 commit"]), |sandbox| git(sandbox, &["notes", "add", "-m", "mine"]);
    k19_a_commit_under_a_ref_that_is_no_branch, Some(&["1 commit"]), |sandbox| {
        commit(sandbox, "mine");
        git(sandbox, &["update-ref", "refs/wip/mine", "HEAD"]);
        git(sandbox, &["reset", "-q", "--hard", "HEAD~1"]);
        git(sandbox, &["reflog", "expire", "--expire=now", "--all"]);
    };
    k20_another_worktree, Some(&["worktree"]), |sandbox| {
        git(sandbox, &["worktree", "add", "-q", "../../elsewhere", "-b", "side"]);
        sandbox.write("elsewhere/mine", "mine\n");
    };
    k21_a_merge_under_way, Some(&["merge"]), |sandbox| {
        let head = sandbox.read(format!("{PACK}/.git/refs/heads/main"));
        sandbox.write(format!("{PACK}/.git/MERGE_HEAD"), head);
    };
    k22_a_rebase_under_way, Some(&["rebase"]), |sandbox| {
        fs::create_dir(sandbox.path(format!("{PACK}/.git/rebase-merge"))).unwrap();
    };
    k23_a_bisection_under_way, Some(&["bisect"]), |sandbox| {
        sandbox.write(format!("{PACK}/.git/BISECT_LOG"), "x\n");
    };
    k24_a_repository_inside, Some(&["one/inner"]), |sandbox| {
        git(sandbox, &["init", "-q", "inner"]);
        mine(sandbox, "inner/mine");
        exclude(sandbox, "/inner/\n");
    };
    k25_a_repository_deep_inside, Some(&["one/deep/er"]), |sandbox| {
        git(sandbox, &["init", "-q", "deep/er"]);
        mine(sandbox, "deep/er/mine");
        exclude(sandbox, "/deep/\n");
    };
    k26_a_bare_repository_inside, Some(&["one/inner.git"]), |sandbox| {
        commit(sandbox, "mine");
        git(sandbox, &["clone", "-q", "--bare", ".", "inner.git"]);
        git(sandbox, &["push", "-q", "origin", "main"]);
        exclude(sandbox, "/inner.git/\n");
    };
    k27_a_submodule_with_a_commit, Some(&["one/sub"]), submodule;
    k28_a_submodule_without_its_work_tree, Some(&["modules/sub"]), |sandbox| {
        submodule(sandbox);
        git(sandbox, &["submodule", "-q", "deinit", "-f", "sub"]);
    };
    k29_a_changed_mode, Some(&["README"]), |sandbox| {
        use std::os::unix::fs::PermissionsExt;
        let readme = sandbox.path(format!("{PACK}/README"));
        fs::set_permissions(readme, fs::Permissions::from_mode(0o755)).unwrap();
    };
    k30_hooks_settings_and_large_files_in_git, None, |sandbox| {
        mine(sandbox, ".git/hooks/pre-commit");
        mine(sandbox, ".git/info/attributes");
        mine(sandbox, ".git/lfs/objects/ab/cd/abcd");
        git(sandbox, &["config", "user.name", "mine"]);
    };
    k31_objects_that_another_repository_borrows, None, |sandbox| {
        sandbox.git("", &["clone", "-q", "--shared", PACK, "elsewhere"]);
    };
    k32_objects_that_are_borrowed, Some(&["1 commit"]), |sandbox| {
        commit(sandbox, "mine");
        sandbox.git("", &["clone", "-q", "--bare", PACK, "lender"]);
        let objects = sandbox.path("lender/objects");
        let line = format!("{}\n", objects.display());
        sandbox.write(format!("{PACK}/.git/objects/info/alternates"), line);
        git(sandbox, &["repack", "-qadl"]);
    };
}
