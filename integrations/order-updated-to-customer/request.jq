# The CRM keeps one record per customer; members that the shop does not know are left out, not set to null.
.data.order as $order
| $order.customer as $customer
| {
    external_id: "customer-\($customer.id)",
    name: ($customer.name // "Customer \($customer.id)"),
    status: lookup("status"; $order.status),
    last_order: {
      id: $order.id,
      total_cents: ($order.total | cents),
      currency: $order.currency
    }
  }
  + if $customer.email then {email: ($customer.email | ascii_downcase)} else {} end
