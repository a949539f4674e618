//! Systems that give no memory for code: the interpreter runs the program, and says
//! why.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![expect(unsafe_code, reason = "restricts a child before it starts")]

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Output};

use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

/// What the demo prints.
const PRINTED: &str = "499999500000\n6765\n";

/// The chapter's program, about to run its demo.
fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch04-executable-memory"));
    command.arg("--run").args(arguments);
    command
}

/// Runs the child after it has restricted itself.
fn run(
    mut command: Command,
    restrict: impl Fn() -> io::Result<()> + Send + Sync + 'static,
) -> Output {
    // SAFETY: what the restrictions call are system calls, which may follow a fork.
    unsafe { command.pre_exec(restrict) };
    command.output().expect("the child starts")
}

/// The child has printed what it should, and this about the memory.
#[track_caller]
fn assert_falls_back(output: &Output, reason: &str) {
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), PRINTED, "{err}");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.starts_with("no executable memory for "), "{err}");
    assert!(err.contains(reason), "{err}");
    assert!(err.ends_with("; the interpreter runs the program\n"), "{err}");
}

/// The child has run compiled code, and says nothing.
#[track_caller]
fn assert_runs(output: &Output) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), PRINTED);
    assert!(output.status.success(), "{output:?}");
}

/// Has these calls fail with EPERM from now on, and in whatever is started.
fn refuse(calls: BTreeMap<i64, Vec<SeccompRule>>) -> impl Fn() -> io::Result<()> + Send + Sync {
    let filter = SeccompFilter::new(
        calls,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
        TargetArch::x86_64,
    );
    let program: BpfProgram = filter.and_then(TryInto::try_into).expect("a filter");
    move || seccompiler::apply_filter(&program).map_err(io::Error::other)
}

/// A call whose arguments, by number, have these bits.
fn with_bits<const N: usize>(arguments: [(u8, i32); N]) -> Vec<SeccompRule> {
    let conditions = arguments.map(|(index, bits)| {
        let (bits, length) = (bits as u64, SeccompCmpArgLen::Dword);
        SeccompCondition::new(index, length, SeccompCmpOp::MaskedEq(bits), bits)
            .expect("a condition")
    });
    vec![SeccompRule::new(conditions.to_vec()).expect("a rule")]
}

/// Has the kernel refuse what makes memory executable that was writable: Linux 6.3's
/// memory-deny-write-execute.
fn deny_write_execute() -> io::Result<()> {
    const PR_SET_MDWE: i32 = 65;
    const REFUSE_EXEC_GAIN: u64 = 1;
    // SAFETY: this call has no memory to do with.
    match unsafe { libc::prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[test]
fn without_memory_that_can_be_mapped_twice_the_interpreter_runs() {
    let refused = refuse(BTreeMap::from([(libc::SYS_memfd_create, Vec::new())]));
    let output = run(demo(&[]), refused);
    assert_falls_back(&output, "memfd_create of 1048576 bytes: Operation not permitted");
}

#[test]
fn without_executable_mappings_the_interpreter_runs() {
    // Those of libraries are private.
    let refused = refuse(BTreeMap::from([(
        libc::SYS_mmap,
        with_bits([(2, libc::PROT_EXEC), (3, libc::MAP_SHARED)]),
    )]));
    let output = run(demo(&[]), refused);
    assert_falls_back(&output, "mmap of ");
}

#[test]
fn without_pages_that_become_executable_the_interpreter_runs() {
    let refused = refuse(BTreeMap::from([(libc::SYS_mprotect, with_bits([(2, libc::PROT_EXEC)]))]));
    let output = run(demo(&["--without", "dual-mapping"]), refused);
    assert_falls_back(&output, "mprotect of ");
}

#[test]
fn a_system_that_denies_write_and_execute_refuses_flips_and_allows_two_mappings() {
    let flips = run(demo(&["--without", "dual-mapping"]), deny_write_execute);
    assert_falls_back(&flips, "mprotect of ");
    assert_runs(&run(demo(&[]), deny_write_execute));
}

#[test]
fn what_cannot_be_had_for_another_engine_is_an_error() {
    let refused = refuse(BTreeMap::from([(libc::SYS_memfd_create, Vec::new())]));
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch04-executable-memory"));
    command.args(["--show", "code"]);
    let output = run(command, refused);
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("memfd_create") && err.contains("take --engine interpreter"), "{err}");
}

/// Lets the process have so many bytes of addresses.
fn limit(bytes: u64) -> impl Fn() -> io::Result<()> {
    move || {
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        Ok(setrlimit(Resource::As, limit)?)
    }
}

#[test]
fn with_few_addresses_the_interpreter_runs_and_with_more_the_code() {
    const STEP: u64 = 1 << 19;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.py");
    let functions = (0..1500).map(|number| format!("def f{number}(x):\n    return x + {number}\n"));
    let text: String = functions.chain(["print(f1499(1))\n".to_owned()]).collect();
    std::fs::write(&file, text).unwrap();
    let run_with = |engine: &[&str], bytes: u64| {
        let mut command = demo(engine);
        command.arg(&file);
        run(command, limit(bytes))
    };
    let interpreted = |bytes| run_with(&["--engine", "interpreter"], bytes).status.success();
    let least = (10..).map(|steps| steps * STEP).find(|&bytes| interpreted(bytes)).unwrap();
    let mut fell_back = 0;
    for bytes in (0..32).map(|steps| least + steps * STEP) {
        let Output { status, stdout, stderr } = run_with(&[], bytes);
        let err = String::from_utf8_lossy(&stderr);
        assert_eq!(status.signal(), None, "{err}");
        assert_eq!((&stdout[..], status.code()), (&b"1500\n"[..], Some(0)), "{err}");
        if !err.is_empty() {
            fell_back += 1;
            assert!(err.starts_with("no executable memory for "), "{err}");
            assert!(err.contains("Cannot allocate memory"), "{err}");
        }
    }
    assert!((1..32).contains(&fell_back), "the interpreter ran {fell_back} of 32 times");
}

#[test]
fn perf_is_told_of_all_code() {
    let mut child = demo(&["--perf-map"]);
    child.stdout(std::process::Stdio::piped());
    let child = child.spawn().expect("the child starts");
    let path = format!("/tmp/perf-{}.map", child.id());
    let output = child.wait_with_output().expect("it ends");
    let map = std::fs::read_to_string(&path).expect("there is a map");
    std::fs::remove_file(&path).expect("it is ours");
    assert!(output.status.success());
    let names: Vec<&str> = map.lines().map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert_eq!(names, ["enter", "finish", "<module>", "sum_below", "fib"]);
}
