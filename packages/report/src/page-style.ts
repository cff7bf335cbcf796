/**
 * The page's own style: no external fonts or pictures. Text has a contrast of at least 4.5 to its background; colours of series are
 * distinguishable with any colour vision.
 */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1a1d21;--muted:#5a616b;--line:#d5d9de;--soft:#f3f5f7;--link:#00558a;--c1:#0072b2;--c2:#b84a00;--c3:#00755a;--c4:#9a3f79;--c5:#6a6200;--c6:#444b54;--warn:#8a3b00}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e8eaed;--muted:#a3abb5;--line:#3a4149;--soft:#1e2328;--link:#7cc4f0;--c1:#56b4e9;--c2:#f0a35e;--c3:#3ec9a0;--c4:#e39ac0;--c5:#e0d04a;--c6:#c4cad1;--warn:#ffb27a}}
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:1rem clamp(1rem,4vw,3rem) 3rem;max-width:76rem}
h1{font-size:clamp(1.4rem,1.1rem + 1.6vw,2.1rem);line-height:1.2;margin:.5rem 0;overflow-wrap:anywhere}
h2{font-size:1.35rem;margin:2.6rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
h3,h4{font-size:1.05rem;margin:1.6rem 0 .4rem}
section section>h3{font-size:1.2rem;margin-top:2.2rem;overflow-wrap:anywhere}
p{max-width:46rem;margin:.6rem 0}
a{color:var(--link)}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.6rem 0}
nav a{display:inline-block;padding:.15rem 0}
nav li:has(ul){flex-basis:100%}
nav ul ul{margin:0;font-size:.9rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86em}
code{overflow-wrap:anywhere}
pre{background:var(--soft);padding:.7rem;overflow:auto;max-height:20rem;border-radius:4px}
pre.command{white-space:pre-wrap;overflow-wrap:anywhere}
.quiet{color:var(--muted);font-weight:400}
p.quiet,figcaption,.legend{font-size:.9rem}
.nowrap{white-space:nowrap}
@media(max-width:30rem){.nowrap{white-space:normal}}
.answer{font-size:clamp(1.1rem,1rem + .6vw,1.4rem);line-height:1.4;max-width:52rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem;margin:1.2rem 0;max-width:56rem}
.facts div{background:var(--soft);border-radius:6px;padding:.6rem .8rem}
.facts dt{font-size:.85rem;color:var(--muted)}
.facts dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}
.facts dd.quiet{font-size:.85rem}
.suspicious{padding-left:1.2rem;max-width:50rem}
.suspicious li{margin:.35rem 0;overflow-wrap:anywhere}
.suspicious li::marker{color:var(--warn)}
figure{margin:.6rem 0 1.4rem;max-width:40rem}
figure svg,.panel svg{display:block;width:100%;height:auto;overflow:visible}
figcaption{color:var(--muted);max-width:40rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 2rem}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.2rem,1fr));gap:.7rem;list-style:none;padding:0}
.panel{break-inside:avoid}
.panel p{margin:0;font-size:.8rem;line-height:1.3;overflow-wrap:anywhere}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.4rem 0}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend button{all:unset;cursor:pointer;display:flex;align-items:center;gap:.4rem}
.legend button:focus-visible,th button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.legend button[aria-pressed=false]{text-decoration:line-through}
.legend .line{width:1.9rem;height:.65rem;flex:none}
.swatch{width:.9rem;height:.9rem;border-radius:3px;flex:none;print-color-adjust:exact}
.wide{overflow-x:auto;margin:.8rem 0}
table{min-width:min(100%,22rem);border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.3rem 0}
caption span{display:inline-block;max-width:calc(100vw - 2rem);position:sticky;left:0}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--line);vertical-align:top}
thead th{vertical-align:bottom;white-space:nowrap}
tbody th{font-weight:500;text-align:right}
td:not(.text){white-space:nowrap}
tbody th.text,td.text{min-width:7rem}
.text,tbody th.text{text-align:left}
td.text code,.sum{overflow-wrap:anywhere}
th button{all:unset;cursor:pointer;text-decoration:underline dotted}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
.matrix td,.matrix thead th{padding:.25rem .4rem}
.matrix .hit{background:color-mix(in srgb,var(--c1) calc(var(--share)*.32%),transparent)}
.matrix .miss{background:color-mix(in srgb,var(--c2) calc(var(--share)*.45%),transparent)}
.matrix .hit .quiet,.matrix .miss .quiet{color:inherit}
.matrix td{print-color-adjust:exact}
.gallery{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17.5rem),1fr));gap:1rem}
.gallery.small{grid-template-columns:repeat(auto-fill,minmax(8rem,1fr))}
.gallery p{margin:0 0 .3rem;font-size:.9rem;overflow-wrap:anywhere}
.gallery li{break-inside:avoid}
.pictures{display:flex;flex-wrap:wrap;gap:.3rem}
img{image-rendering:pixelated;object-fit:contain;display:block;border-radius:3px}
.disputed li{display:flex;gap:.7rem}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--link);font-size:.9rem}
.numbers pre{font-size:.75rem}
footer{margin-top:3rem;color:var(--muted);font-size:.85rem}
@media print{:root{color-scheme:light}@page{margin:14mm}html{font-size:10.5pt}body{max-width:none;padding:0}nav,.numbers{display:none}details::details-content{content-visibility:visible;block-size:auto}summary{list-style:none;color:inherit}summary::-webkit-details-marker{display:none}h2,section section>h3{break-after:avoid;margin-top:1.4rem}h3,h4,.legend,caption{break-after:avoid}section:has(>section){break-before:page}figure{max-width:32rem}figure,tr,.charts>div{break-inside:avoid}.wide{overflow:visible}pre{max-height:none;white-space:pre-wrap}table{font-size:8.5pt}thead{display:table-header-group}}
`.trim();
