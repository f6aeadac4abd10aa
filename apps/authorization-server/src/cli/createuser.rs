//! `authorization-server createuser`.

use crate::admin::{self, AdminError, NewUser};
use crate::db::Database;
use crate::settings::DatabaseOption;

use super::{Failure, secret_input, with_database};

#[derive(clap::Args)]
pub(super) struct CreateUser {
    #[command(flatten)]
    database: DatabaseOption,
    /// What they type to sign in
    #[arg(long, value_name = "NAME")]
    username: String,
    /// Read the password from standard input; there is no other way
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Address for the scope `email`
    #[arg(long)]
    email: Option<String>,
    /// Full name for the scope `profile`
    #[arg(long, value_name = "FULL NAME")]
    name: Option<String>,
    /// May manage applications
    #[arg(long)]
    staff: bool,
    /// If there is a user of that name, leave them as they are, and call that a success
    #[arg(long)]
    if_missing: bool,
}

impl CreateUser {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let new = NewUser {
            username: self.username,
            password: secret_input::read("password")?,
            email: self.email,
            name: self.name,
            staff: self.staff,
        };
        let database: Database = with_database(self.database, |database| Ok(database.clone())).await?;
        match admin::create_user(&database, new).await {
            Err(AdminError::Taken(_)) if self.if_missing => {}
            created => {
                let created = created?;
                println!("{}", serde_json::json!({ "sub": created.id, "username": created.username }));
            }
        }
        Ok(())
    }
}
