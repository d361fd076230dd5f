//! A client of the Model Context Protocol as small as can be: lines go in, lines come out, and
//! every line that comes out must be a message.

use std::{
    collections::VecDeque,
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use grex_fixtures::Sandbox;
use serde_json::{Map, Value, json};

/// What is not answered by then is never answered, however loaded the machine is.
const LIMIT: Duration = Duration::from_secs(60);

/// The revision without a handshake.
pub(crate) const MODERN: &str = "2026-07-28";

/// The revisions with one.
pub(crate) const HANDSHAKES: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Era {
    pub(crate) version: &'static str,
    /// Whether its person can be asked.
    pub(crate) elicits: bool,
}

impl Era {
    pub(crate) const MODERN: Self = Self::of(MODERN);
    pub(crate) const HANDSHAKE: Self = Self::of("2025-11-25");
    /// One of each.
    pub(crate) const BOTH: [Self; 2] = [Self::MODERN, Self::HANDSHAKE];

    pub(crate) const fn of(version: &'static str) -> Self {
        Self {
            version,
            elicits: false,
        }
    }

    /// The same, and its person can be asked.
    pub(crate) const fn asking(self) -> Self {
        Self {
            elicits: true,
            ..self
        }
    }

    fn is_modern(self) -> bool {
        self.version == MODERN
    }

    fn capabilities(self) -> Value {
        match self.elicits {
            true => json!({"elicitation": {}}),
            false => json!({}),
        }
    }

    /// What a request of the modern revision carries.
    pub(crate) fn meta(self) -> Map<String, Value> {
        let fields = json!({
            "io.modelcontextprotocol/protocolVersion": self.version,
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": self.capabilities(),
        });
        match fields {
            Value::Object(fields) if self.is_modern() => fields,
            _ => Map::new(),
        }
    }
}

/// A line of the server's stdout, and when it came.
#[derive(Debug)]
struct Told {
    at: Instant,
    bytes: Vec<u8>,
}

/// A server at work. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Told>,
    stderr: Arc<Mutex<Vec<u8>>>,
    /// What came and was not asked for yet.
    waiting: VecDeque<(Instant, Value)>,
    era: Era,
    next_id: u64,
}

/// How a server ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What it said that nobody had read.
    pub(crate) rest: Vec<Value>,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// Prepares `grex serve --mcp` with more words.
pub(crate) fn command(
    sandbox: &Sandbox,
    words: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Command {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_grex"));
    command
        .current_dir(sandbox.workspace())
        .args(["serve", "--mcp"])
        .args(words);
    command
}

impl Server {
    /// Starts a server, and says nothing yet.
    pub(crate) fn spawn(mut command: Command, era: Era) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdout = child.stdout.take().expect("a pipe");
        let (sender, lines) = channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            loop {
                let mut bytes = Vec::new();
                if !matches!(stdout.read_until(b'\n', &mut bytes), Ok(1..)) {
                    return;
                }
                let at = Instant::now();
                if sender.send(Told { at, bytes }).is_err() {
                    return;
                }
            }
        });
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let mut pipe = child.stderr.take().expect("a pipe");
        let sink = Arc::clone(&stderr);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                sink.extend_from_slice(&buffer[..count]);
            }
        });
        let input = child.stdin.take();
        Self {
            child,
            input,
            lines,
            stderr,
            waiting: VecDeque::new(),
            era,
            next_id: 1,
        }
    }

    /// Starts a server in the workspace and opens a session.
    #[track_caller]
    pub(crate) fn open(sandbox: &Sandbox, era: Era) -> Self {
        Self::open_with(command(sandbox, [""; 0]), era)
    }

    /// The same, with a command of one's own.
    #[track_caller]
    pub(crate) fn open_with(command: Command, era: Era) -> Self {
        let mut server = Self::spawn(command, era);
        drop(server.begin());
        server
    }

    /// Opens the session as the era has it; returns what the server says of itself.
    #[track_caller]
    pub(crate) fn begin(&mut self) -> Value {
        if self.era.is_modern() {
            return self.result("server/discover", json!({}));
        }
        let said = self.result(
            "initialize",
            json!({
                "protocolVersion": self.era.version,
                "capabilities": self.era.capabilities(),
                "clientInfo": {"name": "test", "version": "1"},
            }),
        );
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        said
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes bytes as they are. A server that has gone reads nothing, and that is no matter here.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    /// Writes a message.
    pub(crate) fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    /// Sends a request, with what its era wants; returns its id.
    pub(crate) fn request(&mut self, method: &str, mut params: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let meta = self.era.meta();
        if !meta.is_empty() || params.get("_meta").is_some() {
            let fields = params.as_object_mut().expect("an object");
            let own = fields.entry("_meta").or_insert_with(|| json!({}));
            own.as_object_mut().expect("an object").extend(meta);
        }
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a call of a tool; returns its id.
    pub(crate) fn start(&mut self, tool: &str, arguments: Value) -> u64 {
        self.request("tools/call", json!({"name": tool, "arguments": arguments}))
    }

    /// The same, with a progress token.
    pub(crate) fn start_told(&mut self, tool: &str, arguments: Value, token: &str) -> u64 {
        let meta = json!({"progressToken": token});
        self.request(
            "tools/call",
            json!({"name": tool, "arguments": arguments, "_meta": meta}),
        )
    }

    /// Cancels a request.
    pub(crate) fn cancel(&mut self, id: u64) {
        self.send(&json!({
            "jsonrpc": "2.0", "method": "notifications/cancelled",
            "params": {"requestId": id, "reason": "a test"},
        }));
    }

    /// Returns the next message that was not returned yet.
    #[track_caller]
    pub(crate) fn next(&mut self) -> (Instant, Value) {
        match self.waiting.pop_front() {
            Some(waiting) => waiting,
            None => self.receive(),
        }
    }

    /// Returns the answer to a request, whole; what comes before it waits.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: impl Into<Value>) -> Value {
        let id = id.into();
        let is_it = |message: &Value| message["id"] == id && message.get("method").is_none();
        self.find(is_it).1
    }

    /// Returns the first message of which this holds; what comes before it waits.
    #[track_caller]
    pub(crate) fn find(&mut self, is_it: impl Fn(&Value) -> bool) -> (Instant, Value) {
        let waiting = self.waiting.iter().position(|(_, message)| is_it(message));
        if let Some(found) = waiting.and_then(|index| self.waiting.remove(index)) {
            return found;
        }
        loop {
            let (at, message) = self.receive();
            if is_it(&message) {
                return (at, message);
            }
            self.waiting.push_back((at, message));
        }
    }

    /// Returns what came so far and waits.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Value> {
        self.waiting.iter().map(|(_, message)| message)
    }

    #[track_caller]
    fn receive(&mut self) -> (Instant, Value) {
        match self.lines.recv_timeout(LIMIT) {
            Ok(told) => (told.at, message(&told.bytes)),
            Err(RecvTimeoutError::Timeout) => panic!("no message; stderr:\n{}", self.stderr()),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("the server has gone; stderr:\n{}", self.stderr())
            }
        }
    }

    /// Sends a request; returns the whole answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        self.answer(id)
    }

    /// Sends a request; returns its result.
    #[track_caller]
    pub(crate) fn result(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{answer:#}");
        answer["result"].clone()
    }

    /// Sends a request; returns the code of the protocol's error that it ends with.
    #[track_caller]
    pub(crate) fn error(&mut self, method: &str, params: Value) -> i64 {
        code(&self.ask(method, params))
    }

    /// Calls a tool that works; returns its structured content.
    #[track_caller]
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let id = self.start(tool, arguments);
        content(&self.answer(id))
    }

    /// Calls a tool that fails; returns the `error`.
    #[track_caller]
    pub(crate) fn failing(&mut self, tool: &str, arguments: Value) -> Value {
        let id = self.start(tool, arguments);
        failure(&self.answer(id))
    }

    pub(crate) fn stderr(&self) -> String {
        let bytes = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends a signal to the server alone.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("the server is there");
    }

    /// Waits until `done` holds.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let begin = Instant::now();
        while !done() {
            assert!(
                begin.elapsed() < LIMIT,
                "waited for {what}; stderr:\n{}",
                self.stderr()
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends the input, and waits for the server's end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        self.input = None;
        self.wait()
    }

    /// Ends the input of a server that is to be in order: exit 0, and nothing said on the way.
    #[track_caller]
    pub(crate) fn end_well(self) {
        let ended = self.end();
        assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
        assert!(ended.rest.is_empty(), "{ended:#?}");
        assert!(!ended.stderr.contains("panicked"), "{ended:#?}");
    }

    /// Waits for the server's end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Ended {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                break status;
            }
            assert!(
                begin.elapsed() < LIMIT,
                "it does not end:\n{}",
                self.stderr()
            );
            thread::sleep(Duration::from_millis(1));
        };
        let took = begin.elapsed();
        let waiting = std::mem::take(&mut self.waiting);
        let mut rest: Vec<_> = waiting.into_iter().map(|(_, message)| message).collect();
        while let Ok(told) = self.lines.recv_timeout(LIMIT) {
            rest.push(message(&told.bytes));
        }
        Ended {
            status,
            rest,
            stderr: self.stderr(),
            took,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads a line of stdout as what every line of it must be.
#[track_caller]
fn message(line: &[u8]) -> Value {
    let shown = String::from_utf8_lossy(&line[..line.len().min(300)]);
    assert!(line.ends_with(b"\n"), "half a line: {shown:?}");
    let message: Value =
        serde_json::from_slice(line).unwrap_or_else(|error| panic!("no JSON, {error}: {shown:?}"));
    assert_eq!(message["jsonrpc"], "2.0", "{shown:?}");
    let has = |name: &str| message.get(name).is_some();
    let kinds = [has("method"), has("result"), has("error")];
    let count = kinds.iter().filter(|is| **is).count();
    assert_eq!(count, 1, "one of method, result, error: {shown:?}");
    assert!(has("id") || has("method"), "{shown:?}");
    message
}

/// Returns the code of an answer that is an error of the protocol.
#[track_caller]
pub(crate) fn code(answer: &Value) -> i64 {
    assert!(answer.get("result").is_none(), "{answer:#}");
    assert!(answer["error"]["message"].is_string(), "{answer:#}");
    answer["error"]["code"].as_i64().expect("a code")
}

/// Returns the structured content of a call that worked, which must be its text as well.
#[track_caller]
pub(crate) fn content(answer: &Value) -> Value {
    let result = &answer["result"];
    assert_ne!(result["isError"], true, "{answer:#}");
    let structured = result["structuredContent"].clone();
    assert!(structured.is_object(), "{answer:#}");
    let text = only_text(result);
    assert_eq!(text, structured.to_string(), "compact, in the same order");
    assert!(text.len() <= 32 * 1024, "{} bytes", text.len());
    structured
}

/// Returns the `error` of a call whose work failed.
#[track_caller]
pub(crate) fn failure(answer: &Value) -> Value {
    let result = &answer["result"];
    assert_eq!(result["isError"], true, "{answer:#}");
    assert!(result.get("structuredContent").is_none(), "{answer:#}");
    let text = only_text(result);
    assert!(text.len() <= 32 * 1024, "{} bytes", text.len());
    let value: Value = serde_json::from_str(text).expect("the text is JSON");
    assert_eq!(value.as_object().map(Map::len), Some(1), "{value}");
    let error = value["error"].clone();
    assert!(
        error["kind"].is_string() && error["message"].is_string(),
        "{value}"
    );
    error
}

#[track_caller]
fn only_text(result: &Value) -> &str {
    let blocks = result["content"].as_array().expect("content");
    assert_eq!(blocks.len(), 1, "{result:#}");
    assert_eq!(blocks[0]["type"], "text", "{result:#}");
    blocks[0]["text"].as_str().expect("text")
}
