//! Disks of a test's own: an ext4 in a file whose power can be cut, a small tmpfs.
//!
//! A test that needs one runs once more, by itself, in a mount namespace of its own: whatever
//! becomes of it, nothing stays mounted.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use grex_fixtures::{Sandbox, need, skip};

/// Tells the inner run of a test which one it is.
const INSIDE: &str = "GREX_TEST_INSIDE";

/// What of a sandbox lies on the disk.
const PARTS: [&str; 2] = ["home", "workspace"];

/// Runs `body` in a mount namespace of its own; `test` is the full name of the test that calls
/// this. With `root`, only for whoever is root; otherwise in a user namespace if need be.
pub(crate) fn with_mounts(test: &str, root: bool, body: impl FnOnce()) {
    if std::env::var(INSIDE).is_ok_and(|inside| inside == test) {
        return body();
    }
    if !["unshare", "mount", "umount", "cp", "cc"]
        .into_iter()
        .all(need)
    {
        return;
    }
    let is_root = rustix::process::geteuid().is_root();
    if root && !is_root {
        return skip("needs root and loop devices");
    }
    let how: &[&str] = if is_root { &["-m"] } else { &["-r", "-m"] };
    let probe = "mount -t tmpfs none /tmp && mount --make-rprivate /";
    let probed = Command::new("unshare")
        .args(how)
        .args(["sh", "-c", probe])
        .output();
    if !probed.unwrap().status.success() {
        return skip("this machine lets nobody mount");
    }
    let output = Command::new("unshare")
        .args(how)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, test)
        .output()
        .unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{test} failed in its namespace");
    let ran = String::from_utf8_lossy(&output.stdout).contains("1 passed");
    assert!(ran, "there is no test {test}");
}

/// The home directory and the workspace of a sandbox on a disk of their own.
pub(crate) struct Disk {
    sandbox: Sandbox,
    is_mounted: bool,
    options: &'static str,
}

impl Disk {
    /// An ext4 in a file, with these options for its mount. None where there are no loop devices.
    pub(crate) fn ext4(sandbox: &Sandbox, options: &'static str) -> Option<Self> {
        if !need("mkfs.ext4") {
            return None;
        }
        let mut disk = Self::unmounted(sandbox, options);
        let image = disk.image("disk");
        let file = fs::File::create(&image).unwrap();
        file.set_len(96 << 20).unwrap();
        run("mkfs.ext4", &["-q", "-F", text(&image)]);
        let options = format!("loop,{options}");
        let mounted = Command::new("mount")
            .args(["-t", "ext4", "-o", &options, text(&image)])
            .arg(disk.place())
            .output()
            .unwrap();
        if !mounted.status.success() {
            let why = String::from_utf8_lossy(&mounted.stderr);
            skip(&format!("loop devices: {}", why.trim()));
            return None;
        }
        disk.take_over();
        Some(disk)
    }

    /// A tmpfs, with these options for its mount.
    pub(crate) fn tmpfs(sandbox: &Sandbox, options: &str) -> Self {
        let mut disk = Self::unmounted(sandbox, "");
        run(
            "mount",
            &["-t", "tmpfs", "-o", options, "none", text(&disk.place())],
        );
        disk.take_over();
        disk
    }

    fn unmounted(sandbox: &Sandbox, options: &'static str) -> Self {
        run("mount", &["--make-rprivate", "/"]);
        fs::create_dir(sandbox.path("disk")).unwrap();
        Self {
            sandbox: sandbox.clone(),
            is_mounted: false,
            options,
        }
    }

    fn place(&self) -> PathBuf {
        self.sandbox.path("disk")
    }

    fn image(&self, name: &str) -> PathBuf {
        self.sandbox.path(format!("{name}.img"))
    }

    /// Copies what the sandbox has onto the disk that has just been mounted, and uses that.
    fn take_over(&mut self) {
        for part in PARTS {
            let from = self.sandbox.path(part);
            run("cp", &["-a", text(&from), text(&self.place())]);
        }
        self.bind();
    }

    fn bind(&mut self) {
        for part in PARTS {
            let from = self.place().join(part);
            run(
                "mount",
                &["--bind", text(&from), text(&self.sandbox.path(part))],
            );
        }
        self.is_mounted = true;
    }

    fn unmount(&mut self) {
        for part in PARTS.map(|part| self.sandbox.path(part)) {
            run("umount", &[text(&part)]);
        }
        run("umount", &[text(&self.place())]);
        self.is_mounted = false;
    }

    /// Changes how it is mounted.
    pub(crate) fn remount(&self, options: &str) {
        for place in PARTS.map(|part| self.sandbox.path(part)) {
            let bound = format!("remount,bind,{options}");
            run("mount", &["-o", &bound, text(&place)]);
        }
        let whole = format!("remount,{options}");
        run("mount", &["-o", &whole, text(&self.place())]);
    }

    /// Takes a disk for another one: what is on the ext4 now, all of it written, under a name.
    pub(crate) fn keep(&mut self, name: &str) {
        self.unmount();
        copy(&self.image("disk"), &self.image(name));
        self.mount();
    }

    /// Cuts the power: what the file has got of the ext4 at this instant is what there is after
    /// the next start, and everything that only the system's memory knows is gone. Whoever was at
    /// work has been killed: to a disk that is the same instant.
    pub(crate) fn cut_power(&mut self) {
        let (disk, cut) = (self.image("disk"), self.image("cut"));
        // The system writes when it likes. A copy counts if nothing was written meanwhile.
        loop {
            copy(&disk, &cut);
            if Command::new("cmp")
                .arg("-s")
                .args([&disk, &cut])
                .status()
                .unwrap()
                .success()
            {
                break;
            }
        }
        self.unmount();
        fs::rename(cut, disk).unwrap();
        self.mount();
    }

    /// Puts the disk in that was kept under this name.
    pub(crate) fn insert(&mut self, name: &str) {
        self.unmount();
        copy(&self.image(name), &self.image("disk"));
        self.mount();
    }

    fn mount(&mut self) {
        let options = format!("loop,{}", self.options);
        let image = self.image("disk");
        run(
            "mount",
            &[
                "-t",
                "ext4",
                "-o",
                &options,
                text(&image),
                text(&self.place()),
            ],
        );
        self.bind();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted && !std::thread::panicking() {
            self.unmount();
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn copy(from: &Path, to: &Path) {
    run("cp", &["--sparse=always", text(from), text(to)]);
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {stderr}");
}
