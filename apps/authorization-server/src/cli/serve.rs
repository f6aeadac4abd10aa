//! `authorization-server serve`.

use std::process::ExitCode;

use auth_core::server::{self, StartError};

use crate::App;
use crate::settings::Options;

#[derive(clap::Parser)]
pub(super) struct Serve {
    #[command(flatten)]
    options: Options,
}

impl Serve {
    pub(super) async fn run(self) -> ExitCode {
        server::init_logging("info");
        let built = match self.options.into_settings() {
            Ok(settings) => App::build(settings).await,
            Err(error) => Err(StartError::from(error)),
        };
        server::serve(built).await
    }
}
