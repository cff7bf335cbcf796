/** Sorts tables by a column and hides series of charts. Everything else works without it. */
export const PAGE_SCRIPT = `
for(const table of document.querySelectorAll("table.sortable"))for(const [i,th] of [...table.tHead.rows[0].cells].entries()){
const button=document.createElement("button");button.type="button";button.append(...th.childNodes);th.append(button);
button.onclick=()=>{const up=th.getAttribute("aria-sort")==="descending";for(const other of table.tHead.rows[0].cells)other.removeAttribute("aria-sort");
th.setAttribute("aria-sort",up?"ascending":"descending");const text=r=>r.cells[i].textContent.trim(),number=t=>parseFloat(t.replaceAll(",","").replace("\\u2212","-")),
body=table.tBodies[0],rows=[...body.rows].sort((a,b)=>{const[x,y]=[text(a),text(b)],[n,m]=[number(x),number(y)];
if(isNaN(n)!==isNaN(m))return isNaN(n)?1:-1;return(isNaN(n)?x.localeCompare(y):n-m)*(up?1:-1)});body.append(...rows)}}
for(const item of document.querySelectorAll(".legend [data-for]")){const button=document.createElement("button");button.type="button";
button.setAttribute("aria-pressed","true");button.append(...item.childNodes);item.append(button);
button.onclick=()=>{const on=button.getAttribute("aria-pressed")!=="true";button.setAttribute("aria-pressed",on);
for(const mark of item.closest("section").querySelectorAll("[data-series]"))if(mark.dataset.series===item.dataset.for)mark.style.display=on?"":"none"}}
`.trim();
