//! Processes that die.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, exit};
use std::{env, fmt};

use nix::sys::signal::Signal;

use super::masked::without_addresses;

/// Tells a test that it is to play its scene, and in which variant.
const VARIANT: &str = "FAULTS_VARIANT";

/// How a process has ended.
pub(super) struct Death {
    status: ExitStatus,
    /// What it wrote on standard error, without addresses.
    pub(super) words: String,
}

/// Plays a scene in a process that runs the test of this name, and nothing else.
pub(super) fn death(test: &str, scene: impl Fn()) -> Death {
    let [death] = deaths(test, [()], |()| scene());
    death
}

/// The same in as many processes as there are variants.
pub(super) fn deaths<V: Copy, const N: usize>(
    test: &str,
    variants: [V; N],
    scene: impl Fn(V),
) -> [Death; N] {
    if let Ok(variant) = env::var(VARIANT) {
        let variant: usize = variant.parse().expect("it is a number");
        scene(variants[variant]);
        exit(0);
    }
    std::array::from_fn(|variant| run(test, variant))
}

/// What has become of all of them: the same.
pub(super) fn alike(deaths: [Death; 2]) -> String {
    let [one, other] = deaths.map(|death| death.to_string());
    assert_eq!(one, other, "they have died alike");
    one
}

fn run(test: &str, variant: usize) -> Death {
    let program = env::current_exe().expect("this is a program");
    let mut command = Command::new(program);
    command.args([test, "--exact", "--nocapture"]).env(VARIANT, variant.to_string());
    let output = command.output().expect("it can be run");
    let words = without_addresses(&String::from_utf8_lossy(&output.stderr));
    Death { status: output.status, words }
}

impl Death {
    /// The signal that killed it.
    pub(super) fn signal(&self) -> Option<Signal> {
        self.status.signal().and_then(|signal| Signal::try_from(signal).ok())
    }

    pub(super) fn exit_code(&self) -> Option<i32> {
        self.status.code()
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signal() {
            Some(signal) => write!(f, "{}dead of {signal}", self.words),
            None => write!(f, "{}{}", self.words, self.status),
        }
    }
}
