//! The program: a runtime around the command line.

use std::{io::Write, process::ExitCode};

/// Grex waits on git nearly all of its time.
const MOST_WORKERS: usize = 4;

fn main() -> ExitCode {
    let registry = grex::plugin::registry::Registry::with_builtins();
    // Help, versions and slips of the pen need no runtime.
    let run = match grex::cli::Run::read(std::env::args_os().collect(), registry) {
        Ok(run) => run,
        Err(code) => return ExitCode::from(code),
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(processors.clamp(1, MOST_WORKERS))
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(run.carry_out());
            // A question that nobody answers any more must not keep the program.
            runtime.shutdown_background();
            ExitCode::from(code)
        }
        Err(error) => {
            // There is nobody left to tell when standard error is closed.
            drop(writeln!(std::io::stderr(), "error: cannot start: {error}"));
            ExitCode::FAILURE
        }
    }
}
