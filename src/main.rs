//! The program: a runtime around the command line.

use std::{io::Write, process::ExitCode};

/// Grex waits on git nearly all of its time.
const MOST_WORKERS: usize = 4;

/// As much stack, in bytes, as the main thread usually has: a whole verb runs on it. Only what is
/// touched takes memory.
const STACK: usize = 8 << 20;

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
        .thread_stack_size(STACK)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            // Among the workers, so that no unit that ends has to wake another thread.
            let code = match runtime.block_on(runtime.spawn(run.carry_out())) {
                Ok(code) => code,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
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
