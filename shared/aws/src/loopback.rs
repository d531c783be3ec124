//! An AWS on this machine, for tests that play it.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sns::config::{Credentials, Region, SharedCredentialsProvider};
use tokio::net::TcpListener;

/// Everything that AWS is asked goes to this server, in anybody's name.
pub(crate) fn aws_at(server: &TcpListener) -> SdkConfig {
    let anybody = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(crate::world::connector())
        .endpoint_url(format!("http://{}", server.local_addr().expect("an address")))
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(anybody))
        .build()
}
