// Words in Portuguese for the emoji of data.ts, our own: a line is `words:faces`. Loaded when the picker is first opened.

export const WORDS = `
sorriso sorrir feliz alegre contente:😀😁😃😄😅😆😊🙂😇🤗🥰😺😸🤭
riso rir risada gargalhada kkk:😂🤣😆😹😅
amor apaixonado:😍🥰😘😻❤💕💞💓💗💖💘💝💌💑💏🤟🌹
beijo:😗😘😙😚😽💋💏
piscadela piscar:😉😜
gostoso delicioso fome:😋🤤🍽
alívio aliviado:😌
óculos:😎🤓🥸👓🕶
triste tristeza pena:🙍😔😞😟😢😥🙁😭🥺🥲😿💔🥀
chorar choro lágrima:😢😭🥲🥹😂😹😿
raiva bravo zangado furioso:🙎😠😡😤🤬😾💢😈
medo susto assustado terror:😨😰😱😧👻🙀
surpresa surpreso espanto:😮😯😲😳🤯😱🙀
sono dormir dormindo cansado:😴😪😩😫🥱💤🛌🛏
doente febre:😷🤒🤕🤢🤮🤧🌡
vômito nojo enjoo:🤢🤮
máscara:😷
pensar dúvida pensativo:🤔🧐🤨💭
silêncio calar segredo:🤐🤫😶🙊
dinheiro grana nota:🤑💸💵💴💶💷💰💳💲
festa comemorar:🥳🎉🎊🎈🎂🍾🥂
louco bobo:🤪😜😝🥴
calor:🥵🔥🌞🌡
frio:🥶❄⛄
anjo santo:😇👼
diabo demônio:😈🦹
palhaço:🤡
vaqueiro caubói:🤠
mentira mentiroso:🤥
implorar olhinhos:🥺
olhos olhar:👀👁🙄
cocô merda:💩
fantasma:👻
caveira morte morto:💀😵
extraterrestre alienígena óvni:👽🛸
macaco:🐵🐒🙈🙉🙊🦍
oi olá tchau adeus:👋🤚🖐✋
mão:👋🤚🖐✋🤝🙏✍
dedo apontar:👈👉👆👇☝🤞🤌🤏
bom ok legal joia beleza:👍👌🙆✅✔💯
ruim não mau:👎🙅❌🚫
paz vitória:✌🕊
sorte:🤞🍀
liga ligação:🤙📞📱☎
punho soco:✊👊🤛🤜🥊
aplauso bravo palmas:👏🙌
obrigado rezar favor:🙏🤲🙇
acordo negócio:🤝
escrever:✍🖊✒✏
unhas:💅
força forte músculo:💪🏋
perna:🦵
pé pegada:🦶👣🐾
orelha ouvido:👂🙉
nariz:👃
cérebro mente:🧠🤯
língua:👅😛😜😝😋
boca lábios:👄💋
bebê:👶🍼👼🤱
menino criança:🧒👦
menina:👧
homem senhor:👨🧔👴🤵🕺🤴
mulher senhora:👩👵👰💃👸🤰
pessoa gente:🧑👱🧓👤👥🗣
avô velho:👴🧓
avó velha:👵
família:👪👨👩
casal amigos:👫👬👭💑💏
ombros sei:🤷
vergonha:🤦😳🙈
polícia:👮🚓🚨
espião detetive:🕵🔍
guarda:💂
operário construção obra:👷🏗🚧
príncipe rei:🤴👑
princesa rainha:👸👑
casamento noiva:👰🤵💒💍
grávida:🤰
natal:🎅🎁⛄
herói:🦸
mago magia:🧙🔮🎩
fada:🧚
sereia:🧜
zumbi:🧟
massagem:💆
cabelo barbeiro corte:💇💈✂
andar caminhar:🚶👣
correr corrida:🏃💨🏁👟
dançar dança:💃🕺
escalar:🧗
esporte:⚽🏀🏈⚾🎾🏐🏓🏸🏋🚴🏊🏄
nadar natação:🏊
surfe onda:🏄🌊
bicicleta bike:🚴🚲
ioga meditar:🧘
banho banheira chuveiro:🛀🛁🚿🚽🧖
cachorro cão:🐶🐕🐩
lobo:🐺
raposa:🦊
guaxinim:🦝
gato:🐱🐈😺😸😹😻😼😽🙀😿😾
leão:🦁
tigre leopardo:🐯🐅🐆
cavalo:🐴🐎🏇🎠
cervo veado:🦌
vaca boi touro:🐮🐂🐄
porco javali:🐷🐖🐗
ovelha carneiro:🐏🐑
cabra bode:🐐
camelo lhama:🐪🐫🦙
girafa:🦒
elefante:🐘
rinoceronte hipopótamo:🦏🦛
rato camundongo:🐭🐁🐀🖱
coelho:🐰🐇
esquilo ouriço:🐿🦔
morcego:🦇
urso coala panda:🐻🐨🐼🧸
preguiça lontra canguru:🦥🦦🦘
peru:🦃
galinha frango pintinho galo:🐔🐓🐣🐤🍗
pássaro ave:🐦🐤🕊🦅🦚
pomba:🕊
pinguim:🐧
águia:🦅
pato cisne:🦆🦢
coruja:🦉
papagaio:🦜
sapo rã:🐸
jacaré crocodilo:🐊
tartaruga:🐢
lagarto:🦎
cobra serpente:🐍
dragão:🐲🐉
baleia:🐳🐋
golfinho:🐬
peixe:🐟🐠🐡🎣🍣🍥🎏
tubarão:🦈
polvo:🐙
concha:🐚
caracol:🐌
borboleta:🦋
inseto bicho:🐛🐜
formiga:🐜
abelha mel:🐝🍯
joaninha:🐞
aranha:🕷
flor buquê:💐🌸🌹🥀🌺🌻🌼🌷
rosa:🌹
girassol:🌻
planta folha:🌱🌿🍀🍁🍂🍃🌾🌵
árvore palmeira:🌲🌳🌴
trevo:🍀
outono:🍂
cogumelo:🍄
lua:🌙🌚🌝
sol:🌞⛅🌅🌄🌇🏖
estrela:⭐🌟🤩💫🌃
nuvem:⛅
arco-íris:🌈
chuva guarda-chuva:☔☂🌂
neve:❄⛄🏔🏂🎿
fogo:🔥🚒
água gota:💧🌊💦🚿
mar praia verão:🌊🏖🏝🐚🏄
fruta:🍇🍈🍉🍊🍋🍌🍍🍎🍏🍐🍑🍒🍓🥝🥥🥑
uva:🍇🍷
melão melancia:🍈🍉
laranja tangerina:🍊🧡🟠🔶
limão:🍋
abacaxi:🍍
maçã:🍎🍏
pera:🍐
pêssego:🍑
cereja:🍒
morango:🍓
tomate:🍅
abacate:🥑
berinjela:🍆
batata:🥔🍟🍠
cenoura:🥕
milho:🌽🍿
pepino:🥒
brócolis verdura:🥦🥗🥒🥕
amendoim castanha:🥜🌰
pão:🍞🥐🥖🥨🥙
panqueca:🥞
queijo:🧀
carne churrasco:🍖🥩🥓🍗
hambúrguer:🍔
sanduíche:🥪🌭🥙
ovo:🥚🍳🐣
cozinhar comida comer:🍳🥘🍲🥗🍱🍛🍝🍽🍴
sopa panela:🍲🍜🥘
salada:🥗
arroz:🍘🍙🍚🍛🍱
macarrão massa espaguete:🍝🍜
camarão:🍤
pastel bolinho:🥟🥠🍡🍢
sorvete:🍦🍧🍨
rosquinha:🍩
biscoito bolacha:🍪🥠
bolo torta:🎂🍰🧁🥧
aniversário:🎂🎁🎈🥳🎉
doce bala pirulito:🍬🍭🍮
mamadeira leite:🍼🥛
café:☕
chá:🍵☕
bebida beber copo taça:🍶🍸🍹🥃🥛
vinho:🍷🍾
cerveja:🍺🍻
brinde saúde:🥂🍻🍾
chimarrão:🧉
colher garfo faca:🥄🍴🍽🔪
mundo terra planeta:🌍🌎🌏
mapa:🗺📍📌
montanha vulcão:🏔🌋
acampamento barraca:🏕⛺🎪
deserto ilha:🏜🏝
estádio:🏟
prédio edifício escritório:🏛🏢🏣🏤🏬🌆
casa lar:🏠🏡
correio:🏣🏤📧📩📨✉📪📮💌
hospital médico:🏥🚑💊💉
banco:🏦
loja compras:🏪🏬👜
escola colégio:🏫🎒📚🎓
fábrica:🏭
castelo:🏯🏰
torre estátua:🗼🗽
igreja:⛪💒
mesquita:🕌
sinagoga:🕍
fonte:⛲
noite neblina:🌃🌉🌁🌙
amanhecer pôr:🌄🌅🌇
cidade ponte:🌆🌇🌃🌉
parque feira circo:🎡🎢🎠🎪
trem metrô estação:🚂🚃🚄🚅🚆🚇🚉🚋
ônibus:🚌🚎🚐🚏
ambulância:🚑
bombeiros:🚒
carro automóvel:🚗🚙🚓🚕
caminhão entrega envio:🚚🚛📦
trator:🚜
patinete moto motocicleta:🛴🛵🏍
gasolina combustível posto:⛽
sirene emergência alarme:🚨⏰
semáforo pare:🚦🛑
âncora barco navio veleiro lancha:⚓⛵🚤🛳🚢🚣
avião voo viagem:✈🛫🛬🗺🎒
assento:💺
helicóptero:🚁
satélite foguete espaço:🛰🚀🛸👽
relógio hora:⌚⏰⏳
celular telefone:📱📞☎
computador notebook:💻🖥⌨🖱
teclado:⌨🎹
impressora:🖨
disco:💾💿
câmera foto:📷📸🤳
vídeo filme cinema:📹🎥🎬🍿
televisão tevê rádio:📺📻
microfone cantar:🎙🎤
bateria tomada:🔋🔌🥁
luz lâmpada ideia lanterna:💡🔦🕯
vela:🕯⛵
cartão:💳
diamante joia:💎💍
balança justiça:⚖
ferramenta chave martelo:🔧🔨⚒🛠⛏🔩⚙
engrenagem ajustes:⚙
pistola bomba:🔫💣
escudo:🛡
cigarro fumar:🚬
bola cristal:🔮
comprimido seringa vacina:💊💉
termômetro:🌡
sabão limpar vassoura:🧼🧹🧴🧻🧺
chave:🔑🗝🔐
porta:🚪
sofá cama:🛋🛏🛌
presente:🎁💝
balão:🎈
laço fita:🎀🏅
confete:🎊🎉
envelope carta:✉📩📨💌📧
pacote caixa pedido:📦
etiqueta preço:🏷
documento papel página:📜📃📄📑🗒📋
gráfico estatística:📊📈📉
calendário data:📅
lixo lixeira:🗑♻
pasta:📁📂
jornal notícias:📰
livro ler caderno:📓📕📗📘📙📚📖🔖
corrente:🔗
clipe:📎
régua:📐📏
tesoura:✂
alfinete lugar localização:📌📍
lápis caneta:🖊✒✏🔏
lupa buscar:🔍
cadeado fechado:🔏🔐🔒
futebol bola:⚽🏈🥅
basquete:🏀
beisebol:⚾
vôlei:🏐
bilhar sinuca:🎱
arco flecha:🏹💘
pesca:🎣
boxe:🥊
patinar skate:🛹⛸🎿
troféu prêmio ganhar taça:🏆🥇🥈🥉🏅🎖
medalha:🥇🥈🥉🏅🎖
ingresso bilhete:🎫
arte pintura:🎨
música canção:🎵🎶🎼🎧🎸
fones:🎧
guitarra violão violino:🎸🎻
tambor bateria:🥁
trompete saxofone:🎺🎷
jogo jogar dado:🎲🎮🎯🧩
alvo:🎯
roupa camisa gravata:👔👕👚🎽
calça:👖
vestido biquíni:👗👙
bolsa carteira:👛👜🎒
mochila:🎒
sapato tênis salto:👞👟👠
chapéu coroa:👒🎩👑
formatura:🎓
maquiagem batom:💄💅
anel:💍
coração:❤🧡💛💚💙💜🖤🤍🤎💔💕💞💓💗💖💘💝💟♥😍🥰😻💌
vermelho:❤🔴🔺🔻
amarelo:💛🟡
verde:💚🟢🍏📗
azul:💙🔵📘
roxo violeta:💜🟣
preto:🖤⚫🏴
branco:🤍⚪🏳
marrom:🤎🟤
partido:💔
cem:💯
explosão:💥🤯💣
suor:💦😅😓😰
vento:💨🍃
mensagem falar conversa:💬🗣💭
sim pronto feito certo:✅✔👍💯
erro errado xis:❌✖⁉
círculo:⭕
pergunta:❓⁉🤔
exclamação importante:❗‼⁉⚠
cuidado atenção perigo aviso:⚠🚧🚨⛔
proibido:🚫⛔🔞
reciclar:♻
mais somar:➕
menos subtrair:➖
dividir:➗
vezes multiplicar:✖
direitos:©®™
seta flecha:➡⬅⬆⬇↗↘↙↖↕↔🔛🔄
direita:➡▶👉⏩
esquerda:⬅👈
cima subir:⬆🔼🔺👆📈🔝
baixo descer:⬇🔽🔻👇📉
play pausa parar:▶⏸⏹⏩⏪
repetir atualizar:🔄
voltar:🔙
fim final:🔚🏁
breve logo:🔜
sino campainha:🔔🔕
anúncio megafone:📣
triângulo:🔺🔻🔼🔽▶
losango carta baralho:🔶🔷♠♣♥♦
bandeira:🏁🚩🏴🏳
tédio chato:😒🙄🥱😑
nervoso preocupado:😬😰😟
confuso:😕😖🥴😵
abraço:🤗
disfarce bigode:🥸🧔
barba:🧔
ouvir surdo:🧏👂
ajuda informação:💁🙋
reverência desculpa:🙇
gênio elfo:🧞🧝
sauna vapor:🧖
esqui:🎿🏂
primavera cerejeira:🌸🌷🌱
aberto:🔓📂
malicioso:😏
esforço:😣😖
boca:😦😮
avesso:🙃
rock chifres:🤘
abertas:👐🖖
sério:😐
alfinete:🧷
teleférico:🚠
`;
