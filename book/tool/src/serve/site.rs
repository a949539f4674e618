//! A server of files for this machine alone.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::serve::ServeError;

/// Some free port of this machine.
pub const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A running server. It ends when this is dropped.
pub struct Site {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What a browser asks for.
#[derive(Debug)]
pub struct Ask {
    /// The path, without what follows a question mark.
    pub path: String,
    /// What the browser sent.
    pub body: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    kind: String,
    body: Vec<u8>,
}

impl Reply {
    /// A text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::good("text/plain", body.into().into_bytes())
    }

    /// A page.
    pub fn page(body: impl Into<String>) -> Self {
        Self::good("text/html", body.into().into_bytes())
    }

    fn good(kind: &str, body: Vec<u8>) -> Self {
        Self { status: 200, kind: format!("{kind}; charset=utf-8"), body }
    }
}

impl Site {
    /// Serves the files of a folder, with `script` put first into the head of
    /// each page. `answer` is asked before the files are.
    ///
    /// # Errors
    /// The address is taken.
    pub fn start(
        folder: &Path,
        address: SocketAddr,
        script: &str,
        answer: impl Fn(&Ask) -> Option<Reply> + Send + 'static,
    ) -> Result<Self, ServeError> {
        let refused = |reason| ServeError::Server { address, reason };
        let listener = TcpListener::bind(address).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let runtime = Builder::new_current_thread().enable_io().build().map_err(refused)?;
        let files = Files { folder: folder.to_owned(), script: script.to_owned() };
        let answer = Arc::new(Mutex::new(answer));
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let handler = move |uri: Uri, body: String| async move {
                let ask = Ask { path: uri.path().to_owned(), body };
                let answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
                answer(&ask).unwrap_or_else(|| files.reply(&ask.path))
            };
            listen(&runtime, listener, Router::new().fallback(handler), stopped);
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address of a file, as a browser writes it.
    #[must_use]
    pub fn url(&self, file: &str) -> String {
        format!("http://{}/{file}", self.address)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Neither fails unless the thread has ended by itself.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Serves until it is stopped; what browsers hold open is cut then.
fn listen(
    runtime: &Runtime,
    listener: TcpListener,
    router: Router,
    stopped: oneshot::Receiver<()>,
) {
    runtime.spawn(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router).await
    });
    // A sender that is dropped stops it as well.
    let _ = runtime.block_on(stopped);
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("it is 200 or 404");
        let headers =
            [(header::CONTENT_TYPE, self.kind), (header::CACHE_CONTROL, "no-store".to_owned())];
        (status, headers, self.body).into_response()
    }
}

#[derive(Clone)]
struct Files {
    folder: PathBuf,
    script: String,
}

impl Files {
    fn reply(&self, path: &str) -> Reply {
        if let Some(reply) = self.file(path) {
            return reply;
        }
        let mut reply = self.file("/404.html").unwrap_or_else(|| Reply::text("not found\n"));
        reply.status = 404;
        reply
    }

    fn file(&self, path: &str) -> Option<Reply> {
        let mut file = self.folder.join(inside(path)?);
        if file.is_dir() {
            file.push("index.html");
        }
        let body = fs::read(&file).ok()?;
        let kind = mime_guess::from_path(&file).first_or_octet_stream();
        if kind != mime_guess::mime::TEXT_HTML {
            return Some(Reply { status: 200, kind: kind.to_string(), body });
        }
        let page = String::from_utf8_lossy(&body);
        Some(Reply::page(page.replacen("<head>", &format!("<head>{}", self.script), 1)))
    }
}

/// The path below the folder, if it does not lead out of it.
fn inside(path: &str) -> Option<&Path> {
    let path = Path::new(path.trim_start_matches('/'));
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// What the server answers, head and body.
    pub(crate) fn get(site: &Site, path: &str) -> String {
        let mut stream = TcpStream::connect(site.address).expect("the server listens");
        let ask = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).expect("the server reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("the server answers with text");
        reply
    }

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name, text: &str| {
            fs::write(folder.path().join(name), text).expect("the folder is ours");
        };
        write("index.html", "<html><head></head></html>");
        write("a.css", "<head>");
        let answer = |ask: &Ask| (ask.path == "/x").then(|| Reply::text("here"));
        let site = Site::start(folder.path(), ANY_PORT, "<b>", answer).expect("a port is free");
        (folder, site)
    }

    #[test]
    fn files_are_served_and_pages_get_the_script() {
        let (_folder, site) = site();
        let page = get(&site, "/?theme=light");
        assert!(page.contains("content-type: text/html") && page.contains("<head><b>"), "{page}");
        let style = get(&site, "/a.css");
        assert!(style.contains("content-type: text/css") && !style.contains("<b>"), "{style}");
        assert!(get(&site, "/x").ends_with("here"));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let (_folder, site) = site();
        for path in ["/../a", "/none.html", "//etc/passwd"] {
            assert!(get(&site, path).starts_with("HTTP/1.1 404"), "{path}");
        }
    }

    #[test]
    fn only_this_machine_is_listened_to() {
        let (_folder, site) = site();
        assert!(site.url("a.html").starts_with("http://127.0.0.1:"), "{}", site.url("a.html"));
    }
}
