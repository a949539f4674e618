//! How one installs a package on this system.

use std::fs;

/// A system's package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    /// Debian, Ubuntu and what derives from them.
    Apt,
    /// Fedora, Red Hat and what derives from them.
    Dnf,
    /// Arch Linux and what derives from it.
    Pacman,
    /// macOS.
    Brew,
}

/// The name of one package with each package manager.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Package {
    pub(crate) apt: &'static str,
    pub(crate) dnf: &'static str,
    pub(crate) pacman: &'static str,
    pub(crate) brew: &'static str,
}

impl Manager {
    /// The package manager of this system, if it is a known one.
    pub(crate) fn of_this_system() -> Option<Self> {
        if cfg!(target_os = "macos") {
            return Some(Self::Brew);
        }
        Self::from_os_release(&fs::read_to_string("/etc/os-release").ok()?)
    }

    /// Reads `ID` and `ID_LIKE` from the text of `/etc/os-release`.
    fn from_os_release(text: &str) -> Option<Self> {
        let value = |key: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
                .unwrap_or_default()
                .trim_matches('"')
        };
        let ids = [value("ID"), value("ID_LIKE")].join(" ");
        ids.split_whitespace().find_map(|id| match id {
            "debian" | "ubuntu" => Some(Self::Apt),
            "fedora" | "rhel" | "centos" => Some(Self::Dnf),
            "arch" => Some(Self::Pacman),
            _ => None,
        })
    }

    /// The command that installs a package.
    pub(crate) fn install(self, package: &Package) -> String {
        match self {
            Self::Apt => format!("sudo apt-get install {}", package.apt),
            Self::Dnf => format!("sudo dnf install {}", package.dnf),
            Self::Pacman => format!("sudo pacman -S {}", package.pacman),
            Self::Brew => format!("brew install {}", package.brew),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_are_told_by_their_id() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(Manager::from_os_release(debian), Some(Manager::Apt));
        assert_eq!(Manager::from_os_release("ID=arch\n"), Some(Manager::Pacman));
    }

    #[test]
    fn derived_distributions_are_told_by_what_they_are_like() {
        let mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
        assert_eq!(Manager::from_os_release(mint), Some(Manager::Apt));
        let rocky = "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n";
        assert_eq!(Manager::from_os_release(rocky), Some(Manager::Dnf));
    }

    #[test]
    fn an_unknown_distribution_is_not_guessed() {
        assert_eq!(Manager::from_os_release("ID=nixos\n"), None);
        assert_eq!(Manager::from_os_release(""), None);
    }
}
