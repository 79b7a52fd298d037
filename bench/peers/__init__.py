"""What others' libraries cost, in environments of their own: `python -m bench.peers`.

Everything is written to `bench/peers.json`, the samples included. A peer that this machine cannot
install has nothing but `not_run`, the reason. All the others, by name:

    versions   {package: version} of what `<peer>.in` asks for
    bundle_mb  MB (10^6) of its site-packages, unzipped, without pyc and installers
    cold       {case: {cpu_s, rss_mb, beside, samples}}: a new process each, medians;
               beside {floor: {ratio, low, high, rss}} to both floors of the same rounds, as
               cpu (median and quartiles) and as peak memory; samples [[cpu_s, rss_mb], …]
    ingress    {case: {calls: {ratio, low, high, p50_ms, floor_ms, samples}}}, calls "send" or
               "look-up and send": a warm request beside the same calls made bare;
               samples [[its p50, the floor's p50], …] in ms, one a round of iterations
    loop       {way: {ratio, low, high, p50_ms, floor_ms, samples}}, way "reused" or "built": a
               turn with one tool beside a plain converse loop, samples as above
    state      {store: {turns: {number: traffic}, ended: why it stopped before the last turn, or
               null}}; traffic as `bench.peers.inside.wire.Traffic`
    memory     mem0's own: {turns: {number: {model_calls, …}}}

and beside the peers `conditions` and `seconds`, how long all of it took. The floor is a peer too.
A measurement that failed inside an installed peer stands in `failed`: {measurement: last words}.
"""
