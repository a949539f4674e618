//! The planted alias: what memory that is writable or executable, and never both, does
//! not protect from. An attacker who can write anywhere overwrites a function, in
//! three processes: where it is executed; where it can be written, because somebody
//! has told him; and where there is no such place. Chapter 4 of the book, "What this
//! does not protect from".

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod attack;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[path = "../../tests/masked/mod.rs"]
mod masked;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod observe;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn main() -> std::io::Result<()> {
    use attack::Scene;
    use std::process::Command;

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = &arguments[..]
        && flag == "--child"
        && let Some(scene) = Scene::named(name)
    {
        scene.play();
        return Ok(());
    }
    let program = std::env::current_exe()?;
    for scene in Scene::ALL {
        let mut child = Command::new(&program);
        print!("{}", observe::watch(scene, child.args(["--child", scene.name()]))?);
    }
    Ok(())
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn main() {
    eprintln!("the attacked function is x86-64 code, and the arena is for Linux");
}
