// What the report does in a browser: filters, long lists, the day of the calendar. Without it everything is shown.
'use strict';
{
  /** Rows that a list shows at first; the rest on demand. */
  const FIRST = 100;
  const DAY = 86_400_000;

  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('data').textContent);
  const numbers = new Intl.NumberFormat('en');

  /** Which places the filters ask for; null for all of them. */
  const asked = () => {
    const service = byId('filter-service').value.trim().toLowerCase();
    const wanted = ['host', 'runtime', 'repository'].map((name) => byId(`filter-${name}`).value);
    if (service === '' && wanted.every((value) => value === '')) return null;
    const matches = (place) =>
      wanted.every((value, index) => value === '' || place[index] === Number(value)) &&
      place[3].toLowerCase().includes(service);
    return new Set(data.places.flatMap((place, id) => (matches(place) ? [id] : [])));
  };

  const items = [...document.querySelectorAll('[data-places]')].map((element) => ({
    element,
    places: element.dataset.places === '' ? [] : element.dataset.places.split(' ').map(Number),
    matches: true,
  }));

  /** A long list: its items, and the button that shows all of them. */
  const lists = [...document.querySelectorAll('[data-list]')].map((element) => {
    const own = items.filter((item) => element.contains(item.element));
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'more';
    const list = { items: own, button, card: element.closest('.card'), limit: FIRST };
    button.addEventListener('click', () => {
      list.limit = Infinity;
      show(list);
      // The button goes away: focus goes to the first row that it brought.
      const next = own.filter((item) => item.matches)[FIRST];
      next?.element.setAttribute('tabindex', '-1');
      next?.element.focus();
    });
    (element.closest('.scroll') ?? element).after(button);
    return list;
  });
  const listed = new Set(lists.flatMap((list) => list.items));

  const show = (list) => {
    let shown = 0;
    for (const { element, matches } of list.items) {
      if (matches) shown += 1;
      element.hidden = !matches || shown > list.limit;
    }
    if (list.card !== null) list.card.hidden = shown === 0;
    list.button.hidden = shown <= list.limit;
    list.button.textContent = `Show all ${numbers.format(shown)}`;
  };

  const filter = () => {
    const wanted = asked();
    for (const item of items) {
      item.matches = wanted === null || item.places.some((id) => wanted.has(id));
      if (!listed.has(item)) item.element.hidden = !item.matches;
    }
    lists.forEach(show);
    const services = (places) => new Set(places.map((place) => place[3])).size;
    const all = services(data.places);
    const some = wanted === null ? all : services([...wanted].map((id) => data.places[id]));
    byId('shown').textContent =
      wanted === null ? `${numbers.format(all)} services` : `${numbers.format(some)} of ${numbers.format(all)} services`;
  };

  const calendars = [...document.querySelectorAll('.class')].map((element, index) => ({
    total: element.querySelector('.total'),
    oldest: element.querySelector('.oldest'),
    rows: [...element.querySelectorAll('tr[data-first]')].map((row) => ({
      first: Number(row.dataset.first),
      cells: [...row.querySelectorAll('td')],
    })),
    lives: data.lives[index],
    today: data.days[index],
  }));

  const slider = byId('day-back');
  const dateText = (time) => new Date(time).toISOString().slice(0, 10);

  /** Shows the snapshots that exist so many days before the report's own. */
  const view = (back) => {
    const shown = `${dateText(data.moment - back * DAY)} ${new Date(data.moment).toISOString().slice(11, 16)}`;
    byId('day').textContent = shown;
    slider.setAttribute('aria-valuetext', shown);
    for (const { total, oldest, rows, lives, today } of calendars) {
      const counts = new Map();
      for (const [age, newest, last, count] of lives) {
        if (newest <= back && back <= last) counts.set(age, (counts.get(age) ?? 0) + count);
      }
      total.textContent = String([...counts.values()].reduce((sum, count) => sum + count, 0));
      oldest.textContent = counts.size === 0 ? '–' : dateText((today - Math.max(...counts.keys())) * DAY);
      for (const { first, cells } of rows) {
        cells.forEach((cell, day) => {
          if (cell.className === 'void') return;
          const count = counts.get(first - day) ?? 0;
          cell.className = count === 0 ? '' : 'on';
          cell.textContent = count === 0 ? '' : String(count);
        });
      }
    }
  };

  byId('filters').addEventListener('input', filter);
  byId('filters').addEventListener('submit', (event) => event.preventDefault());
  // The fields are empty only after the event.
  byId('filters').addEventListener('reset', () => setTimeout(filter));
  slider.addEventListener('input', () => view(Number(slider.max) - Number(slider.value)));
  byId('days').addEventListener('submit', (event) => event.preventDefault());

  // On paper nothing can be asked for.
  let limits = [];
  addEventListener('beforeprint', () => {
    limits = lists.map((list) => list.limit);
    for (const list of lists) list.limit = Infinity;
    lists.forEach(show);
  });
  addEventListener('afterprint', () => {
    lists.forEach((list, index) => {
      list.limit = limits[index];
      show(list);
    });
  });

  byId('filters').hidden = false;
  byId('days').hidden = calendars.length === 0;
  filter();
}
