{id}
