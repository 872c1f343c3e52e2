package webhooks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// vectors are signatures that testdata/vectors.mjs computed without this project's code.
type vectors struct {
	Time   time.Time
	Bodies []struct {
		Name   string
		Length int
		Parts  []vectorPart
	}
	Vectors []struct {
		Scheme    webhooks.Scheme
		Key       string
		Body      string
		Signature string
	}
}

type vectorPart struct {
	piece []byte
	times int
}

func (p *vectorPart) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&p.piece, &p.times})
}

func readVectors(t *testing.T) (v vectors, bodies map[string][]byte) {
	t.Helper()
	file, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(file, &v))
	bodies = map[string][]byte{}
	for _, b := range v.Bodies {
		body := []byte{}
		for _, part := range b.Parts {
			body = append(body, bytes.Repeat(part.piece, part.times)...)
		}
		require.Len(t, body, b.Length, b.Name)
		bodies[b.Name] = body
	}
	require.Len(t, bodies["256 KiB"], 256<<10)
	return v, bodies
}

func TestSignaturesOfOthersVerify(t *testing.T) {
	t.Parallel()
	v, bodies := readVectors(t)
	seen := map[webhooks.Scheme]int{}

	for i, vector := range v.Vectors {
		seen[vector.Scheme]++
		t.Run(fmt.Sprintf("%s, %s, %d", vector.Scheme, vector.Body, i), func(t *testing.T) {
			t.Parallel()
			body := bodies[vector.Body]
			source := keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(vector.Key)})
			clock := webhooks.WithClock(func() time.Time { return v.Time })

			// The headers as the documentation writes them, not as this project's constants do.
			header := http.Header{}
			var verifier *webhooks.Verifier
			var ours *http.Request
			switch vector.Scheme {
			case webhooks.SchemeVisionScope:
				verifier = webhooks.VisionScope(source, clock)
				ours = webhookstest.VisionScope(vector.Key, body, webhookstest.At(v.Time))
				header.Set("X-Signature", vector.Signature)
			case webhooks.SchemeVoraV1:
				verifier = webhooks.Vora(source, clock)
				ours = webhookstest.Vora(vector.Key, body, webhookstest.At(v.Time))
				header.Set("X-VonPay-Signature", vector.Signature)
				header.Set("X-VonPay-Timestamp", "2026-04-21T13:18:14Z")
			case webhooks.SchemeVoraV2:
				verifier = webhooks.VoraV2(source, clock)
				ours = webhookstest.VoraV2(vector.Key, body, webhookstest.At(v.Time))
				header.Set("x-vonpay-signature", vector.Signature)
			}
			event, err := verifier.Verify(t.Context(), header, body)
			require.NoError(t, err)
			require.True(t, bytes.Equal(body, event.Info().Raw.Bytes()))

			for name, values := range header {
				if name != "X-Vonpay-Timestamp" { // of which there are several right ones
					require.Equal(t, values, ours.Header[name], name)
				}
			}

			changed := append(bytes.Clone(body), '\n')
			_, err = verifier.Verify(t.Context(), header, changed)
			require.ErrorIs(t, err, sdk.CodeWebhookInvalidSignature)
		})
	}
	require.Equal(t, map[webhooks.Scheme]int{"visionscope": 24, "vora-v1": 18, "vora-v2": 18}, seen)
}
