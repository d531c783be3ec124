{external_id: .data.thing.id}
