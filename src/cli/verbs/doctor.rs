//! `grex doctor`.

use crate::{
    cli::{columns::paint, error::CliError, globals::GlobalArgs, invocation::Invocation, style},
    ops::doctor::{CompactionReport, DoctorReport, DoctorRequest, Finding, Severity, doctor},
};

const EXAMPLES: &str = "\
EXAMPLES
  grex doctor                    check everything; exit 7 if something is wrong
  grex doctor --fix --dry-run    say what --fix would do
  grex doctor --fix              put right what can be without losing anything
  grex doctor --compact          rewrite grex.jsonl as short as it can be

Without --fix and --compact nothing is changed. --fix deletes nothing but what has been in the trash for 30 days; a lock that a git has left is named, never deleted.";

/// Check the workspace and this machine, and put right what can be
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct DoctorArgs {
    /// Put right what can be put right without losing anything
    #[arg(long)]
    fix: bool,
    /// Rewrite the manifest as the shortest one that declares the same
    #[arg(long)]
    compact: bool,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: DoctorArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let DoctorArgs {
        fix,
        compact,
        globals: _,
    } = args;
    let globals = &invocation.globals;
    globals.refuse_trust("doctor")?;
    globals.refuse_filters("doctor", "it checks the workspace as a whole")?;
    let request = DoctorRequest { fix, compact };
    let session = invocation.session(invocation.workspace()?);
    let (report, _) = invocation.watch(doctor(&session, request)).await?;
    let ui = &invocation.ui;
    if globals.json {
        ui.print_json(&report)?;
    } else {
        let is_plan = globals.dry_run;
        ui.print(&told(&report, request, is_plan))?;
    }
    Ok(report.exit_code)
}

fn told(report: &DoctorReport, request: DoctorRequest, is_plan: bool) -> String {
    let would_fix = request.fix && is_plan;
    let mut told: String = report
        .findings
        .iter()
        .map(|finding| lines(finding, would_fix))
        .collect();
    if let Some(compaction) = &report.compaction {
        told += &compacted(compaction, is_plan);
    }
    told += &summary(&report.findings, request.fix);
    if is_plan {
        told += "dry run: nothing was changed\n";
    }
    told
}

/// A finding, and below it what to do about it.
fn lines(finding: &Finding, would_fix: bool) -> String {
    let label = match finding.severity {
        _ if finding.fixed => paint("fixed:", style::GOOD),
        Severity::Error => paint("error:", style::ERROR),
        Severity::Warning | Severity::Ok => paint("warning:", style::WARNING),
    };
    let pack = finding.pack.as_deref();
    let pack = pack.map(|pack| format!("{pack}: ")).unwrap_or_default();
    let mut detail = finding.detail.lines();
    let first = detail.next().unwrap_or_default();
    let check = paint(&format!("[{}]", finding.check), style::FAINT);
    let mut told = format!("{label} {pack}{first} {check}\n");
    for line in detail {
        told += &format!("  {line}\n");
    }
    if finding.fixed {
        let done = finding.done.iter().map(|done| format!("  {done}\n"));
        return told + &done.collect::<String>();
    }
    let fix = match would_fix && finding.auto_fixable {
        true => paint("would be fixed:", style::GOOD),
        false => paint("fix:", style::HINT),
    };
    told + &format!("  {fix} {}\n", finding.fix.replace('\n', "\n  "))
}

fn compacted(compaction: &CompactionReport, is_plan: bool) -> String {
    let CompactionReport { before, after } = compaction;
    if before == after {
        return String::from("the manifest is as short as it can be\n");
    }
    let verb = if is_plan { "would be" } else { "was" };
    format!("the manifest {verb} compacted: {before} lines before, {after} after\n")
}

fn summary(findings: &[Finding], fixes: bool) -> String {
    let left = || findings.iter().filter(|finding| !finding.fixed);
    let count = |severity| {
        left()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let counts = [
        (count(Severity::Error), "error"),
        (count(Severity::Warning), "warning"),
    ];
    let mut parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    let fixed = findings.len() - left().count();
    if fixed > 0 {
        parts.push(format!("{fixed} fixed"));
    }
    if parts.is_empty() {
        return String::from("everything is as it should be\n");
    }
    let fixable = left().filter(|finding| finding.auto_fixable).count();
    let advice = match fixable {
        0 => String::new(),
        _ if fixes => String::new(),
        1 => String::from("; `grex doctor --fix` puts one of them right"),
        count => format!("; `grex doctor --fix` puts {count} of them right"),
    };
    format!("{}{advice}\n", parts.join(", "))
}
