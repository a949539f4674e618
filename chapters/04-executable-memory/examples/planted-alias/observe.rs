//! What becomes of the processes. Chapter 4 of the book, "What this does not protect
//! from".

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use nix::sys::signal::Signal;

use super::attack::Scene;
use super::masked::without_addresses;

/// Runs a process that plays a scene; tells what it has said, and how it has ended.
pub(super) fn watch(scene: Scene, child: &mut Command) -> io::Result<String> {
    let output = child.output()?;
    let said = without_addresses(&String::from_utf8_lossy(&output.stderr));
    let said: String = said.lines().map(|line| format!("  | {line}\n")).collect();
    Ok(format!("{}:\n{said}  {}\n", headline(scene), end(output.status)))
}

fn headline(scene: Scene) -> &'static str {
    match scene {
        Scene::ExecutedAddress => "two mappings, written to where the code is executed",
        Scene::LeakedAlias => "two mappings, written to where the attacker was told",
        Scene::Flips => "flips, written to where the attacker was told",
    }
}

fn end(status: ExitStatus) -> String {
    match status.signal().map(Signal::try_from) {
        Some(Ok(signal)) => format!("the process has died of {signal}"),
        Some(Err(_)) => "the process has died of a signal".to_owned(),
        None => "the process lives on".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    /// Tells whoever runs a test that it is to be the process of its scene.
    const CHILD: &str = "PLANTED_ALIAS_CHILD";

    /// What becomes of a process that runs the test of this name.
    fn seen(scene: Scene, test: &str) -> String {
        if env::var_os(CHILD).is_some() {
            scene.play();
            std::process::exit(0);
        }
        let mut child = Command::new(env::current_exe().unwrap());
        let name = format!("observe::tests::{test}");
        watch(scene, child.args([&name, "--exact", "--nocapture"]).env(CHILD, "1")).unwrap()
    }

    #[test]
    fn a_write_to_where_code_is_executed_kills_the_process() {
        let test = "a_write_to_where_code_is_executed_kills_the_process";
        insta::assert_snapshot!(seen(Scene::ExecutedAddress, test), @r"
        two mappings, written to where the code is executed:
          | before: the function returns 1
          | fatal: SIGSEGV: write to ADDRESS, by code outside the arena, at ADDRESS
          |   ADDRESS is published code: answer+0x0
          the process has died of SIGSEGV
        ");
    }

    #[test]
    fn a_write_through_a_leaked_alias_changes_the_function() {
        let test = "a_write_through_a_leaked_alias_changes_the_function";
        insta::assert_snapshot!(seen(Scene::LeakedAlias, test), @r"
        two mappings, written to where the attacker was told:
          | before: the function returns 1
          | after: the function returns 666
          the process lives on
        ");
    }

    #[test]
    fn with_flips_what_was_leaked_cannot_be_written_any_more() {
        let test = "with_flips_what_was_leaked_cannot_be_written_any_more";
        insta::assert_snapshot!(seen(Scene::Flips, test), @r"
        flips, written to where the attacker was told:
          | before: the function returns 1
          | fatal: SIGSEGV: write to ADDRESS, by code outside the arena, at ADDRESS
          |   ADDRESS is published code: answer+0x0
          the process has died of SIGSEGV
        ");
    }

    #[test]
    fn every_scene_has_a_name_by_which_it_is_found() {
        for scene in Scene::ALL {
            assert_eq!(Scene::named(scene.name()), Some(scene));
        }
        assert_eq!(Scene::named("no-scene"), None);
    }
}
