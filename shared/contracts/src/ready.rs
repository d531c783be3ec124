//! One integration, compiled and ready to run.

use fairlead_core::integration::{Integration, Lookup, RequestRule};
use jsonschema::Validator;

use crate::{
    jq::{Program, Scope, Trouble},
    schema,
    template::Template,
};

/// One integration, ready to run.
pub(crate) struct Ready {
    pub(crate) when: Option<Program>,
    pub(crate) event: Validator,
    pub(crate) request: Form,
    pub(crate) update: Option<Form>,
    pub(crate) id: Program,
    pub(crate) key: Template,
    pub(crate) order: Option<(Program, Option<Program>)>,
    pub(crate) needs: Vec<(String, Program)>,
    pub(crate) label: Option<Template>,
    pub(crate) url: Option<Template>,
}

impl Ready {
    pub(crate) fn of(integration: &Integration) -> Result<Self, String> {
        let program = |code: &str| Program::compile(code).map_err(|wrong| first(&wrong));
        let template = |text: &str| Template::compile(text).map_err(|wrong| first(&wrong));
        let Integration { source, record, idempotency, request, order, needs, .. } = integration;
        let scope = Scope { needs: !needs.is_empty(), vendor_id: false };
        let update = integration.update.as_ref();
        let update = update.map(|u| Form::of(&u.request, None, Scope { vendor_id: true, ..scope }));
        let order = order.as_ref().map(|order| {
            Ok::<_, String>((
                program(&order.by)?,
                order.version.as_deref().map(program).transpose()?,
            ))
        });
        let needs = needs.iter().map(|(name, need)| Ok((name.clone(), program(&need.id)?)));
        Ok(Self {
            when: source.when.as_deref().map(program).transpose()?,
            event: schema::compile(&source.schema)?,
            request: Form::of(request, integration.lookup.as_ref(), scope)?,
            update: update.transpose()?,
            id: program(&record.id)?,
            key: template(&idempotency.key)?,
            order: order.transpose()?,
            needs: needs.collect::<Result<_, String>>()?,
            label: record.label.as_deref().map(template).transpose()?,
            url: record.url.as_deref().map(template).transpose()?,
        })
    }
}

/// One of the integration's requests, ready to be made.
pub(crate) struct Form {
    pub(crate) path: Template,
    pub(crate) lookup: Option<Template>,
    pub(crate) map: Program,
    pub(crate) schema: Validator,
}

impl Form {
    fn of(rule: &RequestRule, lookup: Option<&Lookup>, scope: Scope) -> Result<Self, String> {
        let path = Template::compile_in(&rule.path, scope).map_err(|wrong| first(&wrong))?;
        let map = Program::compile_in(&rule.map, scope).map_err(|wrong| first(&wrong))?;
        let lookup = lookup.map(|lookup| Template::compile_in(&lookup.get, scope));
        let lookup = lookup.transpose().map_err(|wrong| first(&wrong))?;
        Ok(Self { path, lookup, map, schema: schema::compile(&rule.schema)? })
    }
}

fn first(troubles: &[Trouble]) -> String {
    troubles.first().map_or_else(String::new, |trouble| trouble.message.clone())
}
