//! The playground's own stylesheets and script: files of this origin, for the policy allows nothing inline.

use std::sync::LazyLock;

use auth_core::pages::asset_path;
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// One file, compiled in.
pub(crate) struct Asset {
    /// Where it is served. The name changes with the content, so it is cached for good.
    pub(crate) path: String,
    content_type: &'static str,
    content: &'static str,
}

pub(crate) static START_STYLES: LazyLock<Asset> =
    LazyLock::new(|| Asset::css("start", include_str!("../assets/start.css")));
pub(crate) static INSPECTOR_STYLES: LazyLock<Asset> =
    LazyLock::new(|| Asset::css("inspector", include_str!("../assets/inspector.css")));
pub(crate) static INSPECTOR_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_str!("../assets/inspector.js");
    let path = asset_path("inspector", content, "js");
    Asset { path, content_type: "text/javascript; charset=utf-8", content }
});

impl Asset {
    fn css(stem: &str, content: &'static str) -> Asset {
        let path = asset_path(stem, content, "css");
        Asset { path, content_type: "text/css; charset=utf-8", content }
    }

    pub(crate) fn router<S: Clone + Send + Sync + 'static>(&'static self) -> Router<S> {
        Router::new().route(&self.path, get(|| async { self.send() }))
    }

    fn send(&self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.content_type),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        (headers, self.content).into_response()
    }
}
