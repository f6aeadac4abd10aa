//! The authorization server on https: `TLS_CERT_FILE` and `TLS_KEY_FILE`, what they change in what a browser
//! gets, and a certificate that is replaced while it runs.

use std::{fs, path::Path, process::Command, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Client, tls::TlsInfo};
use tests::{
    command::{Running, all_written, command, run},
    server::free_listener,
};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, folder: &Path) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
        fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    }

    fn client(&self) -> Client {
        let root = Certificate::from_pem(self.0.pem().as_bytes()).unwrap();
        let client = Client::builder().tls_certs_only([root]).tls_info(true).no_proxy();
        client.build().unwrap()
    }
}

fn serve(folder: &Path, port: u16) -> Command {
    let mut serve = command("authorization-server");
    serve.arg("serve");
    serve.env("AS_LISTEN", format!("127.0.0.1:{port}")).env("AS_ISSUER", format!("https://localhost:{port}"));
    serve.env("AS_DATABASE_URL", format!("sqlite:{}", folder.join("as.sqlite3").display()));
    serve.env("AS_MASTER_KEY", "8f2b6c1d4e7a9035b1c8d2e6f40a7b93c5d8e1f2a6b7043d9e8c1f5a2b6d7e04");
    serve.env("TLS_CERT_FILE", folder.join("cert.pem")).env("TLS_KEY_FILE", folder.join("key.pem"));
    serve
}

#[tokio::test]
async fn https_brings_strict_cookies_and_hsts_and_a_new_certificate_needs_no_restart() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
    authority.issue(folder.path());
    let port = free_listener().1;
    let server = Running::start(serve(folder.path(), port));
    let url = format!("https://localhost:{port}/accounts/login");
    // By a name that is not of this machine, as its users call it.
    let get = async |host: &str| {
        loop {
            // A new client each time: one that comes back would resume its session, and see no certificate.
            match authority.client().get(&url).header("host", host).send().await {
                Ok(answer) => break answer,
                Err(_) if server.written().contains("error:") => panic!("{}", server.written()),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let page = tokio::time::timeout(Duration::from_secs(30), get("auth.example")).await.unwrap();
    assert_eq!(page.headers()["strict-transport-security"], "max-age=31536000");
    // Where developers work it would keep a browser from every other port of localhost (RFC 6797 §8.3).
    assert!(!get("localhost").await.headers().contains_key("strict-transport-security"));
    let cookie = page.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-") && cookie.contains("Secure") && cookie.contains("HttpOnly"),
        "{cookie}"
    );

    let certificate = async || {
        get("localhost").await.extensions().get::<TlsInfo>().unwrap().peer_certificate().unwrap().to_vec()
    };
    let first = certificate().await;
    authority.issue(folder.path());
    let replaced = async {
        while certificate().await == first {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), replaced).await.expect("the new certificate is served");

    // SIGHUP, which ends other programs, has the files read at once.
    let (_, took, written) = server.hang_up_and_terminate();
    assert!(
        took < Duration::from_secs(5) && written.matches("a new certificate is served").count() >= 2,
        "{written}"
    );
}

#[test]
fn half_of_the_settings_and_a_file_that_is_missing_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut half = serve(folder.path(), free_listener().1);
    half.env_remove("TLS_KEY_FILE");
    let without_files = serve(folder.path(), free_listener().1);
    for (command, setting) in [(half, "TLS_KEY_FILE is not set"), (without_files, "cert.pem")] {
        let output = run(command, "");
        assert!(!output.status.success(), "it started: {}", all_written(&output));
        assert!(all_written(&output).contains(setting), "{}", all_written(&output));
    }
}
