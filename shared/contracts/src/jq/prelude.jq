# What a mapping may call besides the native functions: all of it ends, and none of it looks outside.
# The stock definitions of jaq with the unbounded ones (repeat, while, until, recurse/1) left out.
def empty: {}[] as $x | .;
def null: [][0];
def error: refuse;
def error($message): $message | refuse;

def true: 0 == 0;
def false: 0 != 0;
def not: if . then false else true end;
def select(f): if f then . else empty end;
def need(x; $message): first((x | select(. != null and . != "")), ($message | refuse));
def isempty(g): first((g | false), true);
def all(g; cond): isempty(g | cond and empty);
def any(g; cond): isempty(g | cond or empty) | not;
def all(cond): all(.[]; cond);
def any(cond): any(.[]; cond);
def all: all(.[]; .);
def any: any(.[]; .);

def isboolean: . == true or . == false;
def isnumber: . > true and . < "";
def isstring: . >= "" and . < [];
def isarray: . >= [] and . < {};
def isobject: . >= {};
def type: if . == null then "null" elif isboolean then "boolean" elif isnumber then "number"
  elif isstring then "string" elif isarray then "array" else "object" end;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(isboolean);
def numbers: select(isnumber);
def strings: select(isstring);
def arrays: select(isarray);
def objects: select(isobject);
def scalars: select(. < []);

def cents($amount): $amount | cents;
def abs: if . < 0 then - . else . end;
def length: if isnumber then abs else jaq_length end;
def add(f): reduce f as $x (null; . + $x);
def add: add(.[]);
def range($from; $to): range($from; $to; 1);
def range($to): range(0; $to);

def map(f): [.[] | f];
def map_values(f): .[] |= f;
def del(f): f |= empty;
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def keys: keys_unsorted | sort;
def to_entries: [key_values[] as [$key, $value] | {$key, $value}];
def from_entries: reduce (.[] | {(.key): .value}) as $x ({}; . + $x);
def with_entries(f): to_entries | map(f) | from_entries;
def in($object): . as $key | $object | has($key);
def min_by(f): reduce min_by_or_empty(f) as $x (null; $x);
def max_by(f): reduce max_by_or_empty(f) as $x (null; $x);
def min: min_by(.);
def max: max_by(.);
def unique_by(f): [group_by(f)[] | .[0]];
def unique: unique_by(.);

def @text: tostring;
def @json: tojson;
def @uri: tostring | encode_uri;
def @base64: tostring | encode_base64;
def @html: tostring | escape_html;
def split($separator): if isstring and ($separator | isstring) then . / $separator
  else "split needs a text and a separator" | refuse end;
def join($separator): reduce .[] as $x (null;
  (if . == null then "" else . + $separator end) + (if $x == null then "" else $x | tostring end)) // "";

def capture_of_match: map(select(.name) | {(.name): .string}) | add + {};
def test($re; $flags): short | matches($re; $flags) | any;
def capture($re; $flags): short | matches($re; $flags)[] | capture_of_match;
def scan_($re; $flags): matches($re; $flags)[] | [.[].string] | if .[1] then .[1:] else .[0] end;
def scan($re; $flags): short | scan_($re; "g" + $flags);
def sub_part(f): if isarray then capture_of_match | f else . end;
def sub($re; f; $flags): short | reduce split_matches($re; $flags)[] as $x (""; . + ($x | sub_part(f)));
def gsub($re; f; $flags): sub($re; f; "g" + $flags);
def test($re): test($re; "");
def capture($re): capture($re; "");
def scan($re): scan($re; "");
def sub($re; f): sub($re; f; "");
def gsub($re; f): gsub($re; f; "");

def in_time: if isnumber and (. < -62135596800 or . > 253402300799)
  then "\(.) seconds are outside of the years 1 to 9999" | refuse else . end;
def strftime($format): in_time | jaq_strftime($format);
def todate: in_time | todateiso8601;
def fromdate: fromdateiso8601;
