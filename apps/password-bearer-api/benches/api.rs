//! How many logins and how many `GET /users/me` a second, over HTTP and over a database on disk.
//!
//! Run with `cargo bench -p password-bearer-api`; on one core with `taskset -c 0 cargo bench …`,
//! where the client that asks has to share the core.
//!
//! A login is Argon2id and little else, so it is measured against bare Argon2id with the same
//! parameters on the same number of threads; the ratio is printed at the end.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread::available_parallelism,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Params, Version};
use auth_core::{
    jwt::{Algorithm as SigningAlgorithm, SigningKey},
    secret::Password,
    server::Listen,
    settings::Issuer,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use password_bearer_api::{
    App, Attempts, Database, Settings,
    admin::{NewUser, create_user},
};
use reqwest::{Client, RequestBuilder};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

const PASSWORD: &str = "correct horse";

/// A running API with the user `johndoe`, on a database in `folder`.
async fn start(folder: &tempfile::TempDir) -> String {
    let database_url = format!("sqlite:{}", folder.path().join("bench.sqlite").display());
    let database = Database::open(&database_url).unwrap();
    create_user(&database, NewUser::new("johndoe", Password::new(PASSWORD))).await.unwrap();
    let mut settings = Settings::new(
        Listen::Address("127.0.0.1:0".parse().unwrap()),
        Issuer::parse("http://localhost:8001", true).unwrap(),
        database_url,
        SigningKey::generate(SigningAlgorithm::HS256).unwrap(),
    );
    settings.attempts = Attempts { per_account: u32::MAX, per_peer: u32::MAX, registrations: 1 };
    let server = App::build(settings).await.unwrap();
    let url = format!("http://{}", server.addr());
    tokio::spawn(server.run(CancellationToken::new()));
    url
}

/// Sends `count` requests over `connections` connections that are kept open.
async fn send(count: u64, connections: usize, request: &RequestBuilder) -> Duration {
    let left = Arc::new(AtomicI64::new(i64::try_from(count).unwrap()));
    let begin = Instant::now();
    let tasks = (0..connections).map(|_| {
        let (left, request) = (left.clone(), request.try_clone().unwrap());
        tokio::spawn(async move {
            while left.fetch_sub(1, Ordering::Relaxed) > 0 {
                let response = request.try_clone().unwrap().send().await.unwrap();
                assert_eq!(response.status(), 200);
                response.bytes().await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    begin.elapsed()
}

/// Hashes `count` times on `threads` threads, with the parameters of `auth_core::password`.
fn hash(count: u64, threads: usize) -> Duration {
    let left = AtomicI64::new(i64::try_from(count).unwrap());
    let params = Params::new(19 * 1024, 2, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while left.fetch_sub(1, Ordering::Relaxed) > 0 {
                    let mut output = [0; 32];
                    argon2.hash_password_into(PASSWORD.as_bytes(), b"sixteen bytes !!", &mut output).unwrap();
                    std::hint::black_box(output);
                }
            });
        }
    });
    begin.elapsed()
}

fn benchmarks(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = runtime.block_on(start(&folder));
    let threads = available_parallelism().unwrap().get();
    let http = Client::builder().no_proxy().build().unwrap();
    let form = [("username", "johndoe"), ("password", PASSWORD)];
    let login = http.post(format!("{url}/token")).form(&form);

    let mut group = criterion.benchmark_group("login");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(10));
    group.bench_function("bare Argon2id", |bencher| bencher.iter_custom(|count| hash(count, threads)));
    group.bench_function("POST /token", |bencher| {
        bencher.iter_custom(|count| runtime.block_on(send(count, 2 * threads, &login)));
    });
    group.finish();

    let token: serde_json::Value =
        runtime.block_on(async { login.try_clone().unwrap().send().await.unwrap().json().await.unwrap() });
    let me = http.get(format!("{url}/users/me")).bearer_auth(token["access_token"].as_str().unwrap());
    let mut group = criterion.benchmark_group("request");
    group.throughput(Throughput::Elements(1));
    group.bench_function("GET /users/me", |bencher| {
        bencher.iter_custom(|count| runtime.block_on(send(count, 16, &me)));
    });
    group.finish();

    let count = 20 * u64::try_from(threads).unwrap();
    let (bare, logins) = (hash(count, threads), runtime.block_on(send(count, 2 * threads, &login)));
    println!("logins at {:.2} of the bare Argon2id rate", bare.as_secs_f64() / logins.as_secs_f64());
}

criterion_group!(all, benchmarks);
criterion_main!(all);
