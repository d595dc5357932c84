//! Servers whose certificates are wrong, in each of the ways in which they are, and what is said about it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::harness::command::{Folder, Run};

/// Somebody who signs certificates, as a company's proxy does.
struct Signer {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Signer {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// Serves the port that is returned with a certificate for `name`, valid in these years; whatever is asked gets 401.
    fn serve(&self, name: &str, years: (i32, i32)) -> u16 {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
        let config = Arc::new(config);
        serve(move |stream| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            // A client that does not like the certificate hangs up.
            if matches!(stream.read(&mut [0; 4096]), Ok(1..)) {
                let _ = stream.write_all(UNAUTHORIZED);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        })
    }
}

const UNAUTHORIZED: &[u8] =
    b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// A port of this machine where each connection is `answer`ed, until the tests end.
fn serve(answer: impl Fn(std::net::TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    port
}

fn doctor(port: u16, trusted: Option<&Signer>) -> Run {
    let folder = Folder::new();
    let url = format!("https://localhost:{port}");
    let mut args = vec!["doctor", "--platform", "famulor", "--campaign", "7", "--rate", "1000/s", "--base-url", &url];
    if let Some(signer) = trusted {
        folder.write("roots.pem", &signer.pem);
        args.extend(["--ca-file", "roots.pem"]);
    }
    folder.leadload(&args).run()
}

#[test]
fn a_certificate_that_is_right_is_accepted_and_the_token_is_the_next_question() {
    let signer = Signer::new();
    let port = signer.serve("localhost", (2020, 2090));
    doctor(port, Some(&signer)).exits(3).says("ok certificate").says("does not accept the token (status 401)");
}

#[test]
fn a_signer_whom_nobody_trusts_is_told_with_what_to_do() {
    let port = Signer::new().serve("localhost", (2020, 2090));
    let run = doctor(port, None);
    run.exits(3)
        .says("PROBLEM certificate")
        .says("signed by somebody whom this machine does not trust")
        .says("--ca-file");
    run.says_nothing_of("UnknownIssuer").says_nothing_of("PROBLEM token");
}

#[test]
fn a_certificate_that_ran_out_or_has_not_begun_is_told_with_its_date() {
    let signer = Signer::new();
    let run = doctor(signer.serve("localhost", (2020, 2024)), Some(&signer));
    run.exits(3).says("the server's certificate ran out on 2024-01-01").says("here it is 20").says("renew");
    let run = doctor(signer.serve("localhost", (2080, 2090)), Some(&signer));
    run.exits(3).says("the server's certificate begins on 2080-01-01").says("Set this machine's clock");
}

#[test]
fn a_certificate_for_another_name_is_told_with_that_name() {
    let signer = Signer::new();
    let run = doctor(signer.serve("login.hotel.example", (2020, 2090)), Some(&signer));
    run.exits(3).says("is for login.hotel.example, not for localhost").says("Check --base-url");
}

#[test]
fn a_server_without_tls_is_told() {
    let port = serve(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
    });
    doctor(port, None).exits(3).says("what answers there does not speak TLS").says("the port of --base-url");
}

#[test]
fn an_import_says_the_same_in_its_own_words() {
    let port = Signer::new().serve("localhost", (2020, 2090));
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    let url = format!("https://localhost:{port}");
    let run = folder.import("leads.csv").args(&["--platform", "famulor", "--campaign", "7", "--base-url", &url]).run();
    run.exits(3).says("signed by somebody whom this machine does not trust");
}
