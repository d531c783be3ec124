# The login is made of plain letters; what a name has beyond them is left out.
.data.employee as $who
| ($who.first_name + "." + $who.last_name | ascii_downcase | gsub("[^a-z.]"; "")) as $login
| {
    external_id: $who.number,
    login: need($login | select(test("^[a-z]+[.][a-z]+$")); "no login can be made of this name; set one in the HR system"),
    display_name: "\($who.first_name) \($who.last_name)",
    department: lookup("department"; $who.department),
    groups: ["everybody", lookup("groups"; $who.department)],
    active_from: $who.first_day
  }
  + if $who.manager then {manager: $who.manager} else {} end
