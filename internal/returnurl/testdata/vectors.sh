#!/bin/sh
# Signs return URLs with OpenSSL and nothing of this module, so that the Go code is held to somebody else's arithmetic.
# Usage: sh vectors.sh > vectors.json
set -eu

mac() { # secret, message
	printf '%s' "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')" | sed 's/.*= *//'
}

base64url() { printf '%s' "$1" | openssl base64 -A | tr '+/' '-_' | tr -d '='; }

quoted() { printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g'; }

separator=''
vector() { # name, version, secret, session, status, amount, currency, transaction id, v2 payload
	if [ "$2" = 1 ]; then
		sig=$(mac "$3" "$4.$5.$6.$7.$8")
	else
		signed="v2.$(base64url "$9")"
		sig="$signed.$(mac "$3" "$signed")"
	fi
	printf '%s  {\n    "name": "%s",\n    "version": %s,\n    "secret": "%s",\n' "$separator" "$1" "$2" "$(quoted "$3")"
	printf '    "session": "%s", "status": "%s", "amount": "%s", "currency": "%s", "transactionId": "%s",\n' "$4" "$5" "$6" "$7" "$8"
	printf '    "sig": "%s"\n  }' "$sig"
	separator=',
'
}

acme=ss_test_k3TqJ9xWz2LmN8pR
live=ss_live_5Tq81mXcA0vHdE7y
session=vp_cs_test_k3TqJ9xWz2LmN8pR
url=https://shop.example.com/thanks

echo '['
vector "v1 paid" 1 $acme $session succeeded 1499 USD txn_9f3Ka71b
vector "v1 declined, no transaction" 1 $acme $session failed 200 USD ''
vector "v1 with dots in the transaction" 1 $acme $session failed 1499 USD a.1499.USD.b
vector "v2 paid" 2 $acme $session succeeded 1499 USD txn_9f3Ka71b \
	'{"sid":"'$session'","status":"succeeded","amount":1499,"currency":"USD","transactionId":"txn_9f3Ka71b","successUrl":"'$url'","keyMode":"test","iat":1776777494}'
vector "v2 declined, transaction null" 2 $acme $session failed 200 USD '' \
	'{"sid":"'$session'","status":"failed","amount":200,"currency":"USD","transactionId":null,"successUrl":"'$url'","keyMode":"test","iat":1776777494}'
vector "v2 live, members in another order, spaces, query with an ampersand" 2 $live cs_live_a1B2c3D4e5 succeeded 1000 JPY txn_1 \
	'{ "iat": 1776777494, "keyMode": "live", "successUrl": "https://shop.example.com/thanks?b=2&a=1", "transactionId": "txn_1", "currency": "JPY", "amount": 1000, "status": "succeeded", "sid": "cs_live_a1B2c3D4e5", "more": [1] }'
printf '\n]\n'
