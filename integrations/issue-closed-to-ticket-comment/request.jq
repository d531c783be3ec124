# The customer reads this, so it holds no internal name.
need(.issue.body | strings | select(test("Ticket: T-[0-9]+")); "the issue names no ticket, as in Ticket: T-123")
  as $text
| {
    external_id: "issue-\(.issue.id)-\(.issue.closed_at)",
    public: true,
    text: "\(lookup("reason"; .issue.state_reason // "completed"))\n\(.issue.html_url)"
  }
