//! Proves a signed webhook before anything in it is read.

use fairlead_aws::secret::Secret;
use fairlead_core::{
    headers::Headers, hook::verify, integration::Integration, ports::Ports, problem::Problem,
};

use crate::Desk;

/// Whether the message comes from the integration's source.
pub(crate) async fn prove(
    desk: &Desk<'_>,
    of: &Integration,
    headers: &Headers,
    body: &[u8],
) -> Result<(), Problem> {
    let rule = of.source.verify.as_ref().ok_or_else(|| Problem::NoHook(of.name.to_string()))?;
    let keys = desk.aws.hook_keys();
    let secret = keys.get(&rule.secret, false).await.map_err(|why| {
        tracing::error!(integration = %of.name, secret = %rule.secret, ?why, "no key to verify by");
        Problem::TryAgain
    })?;
    let judge = |secret: &Secret| verify(rule, secret.expose(), headers, body, desk.aws.now());
    let mut judged = judge(&secret);
    if judged.is_err_and(|why| why.may_be_rotation())
        && let Some(newer) = keys.changed(&rule.secret, &secret).await
    {
        judged = judge(&newer);
    }
    judged.map_err(|why| {
        tracing::warn!(integration = %of.name, %why, "signature refused");
        Problem::Unproven
    })
}
